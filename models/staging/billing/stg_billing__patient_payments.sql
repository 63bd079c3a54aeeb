with

source as (

    select * from {{ source('billing', 'patient_payments') }}
    where {{ arrived_by_as_of() }}

),

cleaned as (

    select
        patient_payment_id,
        account_number as patient_control_number,

        payment_method,
        payment_source,

        amount as payment_amount,

        post_date,

        _loaded_at,
        _source_file,
        _batch_id

    from source

)

select * from cleaned
