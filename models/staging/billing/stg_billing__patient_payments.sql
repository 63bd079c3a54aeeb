with

usable as (

    select * from {{ ref('base_billing__patient_payments') }}
    where unusable_reason is null

),

latest as (

    {{ latest_arrival('usable', ['patient_payment_id']) }}

),

patient_payments as (

    select
        patient_payment_id,
        patient_control_number,

        payment_method,
        payment_source,

        payment_amount,

        post_date,

        _loaded_at,
        _source_file,
        _batch_id

    from latest

)

select * from patient_payments
