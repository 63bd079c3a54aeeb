with

source as (

    select * from {{ source('billing', 'refunds') }}
    where {{ arrived_by_as_of() }}

),

cleaned as (

    select
        refund_id,
        account_number as patient_control_number,

        refunded_to,

        amount as refund_amount,

        post_date,

        _loaded_at,
        _source_file,
        _batch_id

    from source

)

select * from cleaned
