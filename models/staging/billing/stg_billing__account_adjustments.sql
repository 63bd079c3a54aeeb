with

usable as (

    select * from {{ ref('base_billing__account_adjustments') }}
    where unusable_reason is null

),

latest as (

    {{ latest_arrival('usable', ['account_adjustment_id']) }}

),

account_adjustments as (

    select
        account_adjustment_id,
        patient_control_number,
        staff_id,

        adjustment_type,

        adjustment_amount,

        post_date,

        _loaded_at,
        _source_file,
        _batch_id

    from latest

)

select * from account_adjustments
