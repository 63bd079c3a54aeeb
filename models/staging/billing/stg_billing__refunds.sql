with

usable as (

    select * from {{ ref('base_billing__refunds') }}
    where unusable_reason is null

),

latest as (

    {{ latest_arrival('usable', ['refund_id']) }}

),

refunds as (

    select
        refund_id,
        patient_control_number,

        refunded_to,

        refund_amount,

        post_date,

        _loaded_at,
        _source_file,
        _batch_id

    from latest

)

select * from refunds
