with

source as (

    select * from {{ source('billing', 'account_adjustments') }}
    where {{ arrived_by_as_of() }}

),

cleaned as (

    select
        account_adjustment_id,
        account_number as patient_control_number,
        staff_id,

        adjustment_type,

        amount as adjustment_amount,

        post_date,

        _loaded_at,
        _source_file,
        _batch_id

    from source

)

select * from cleaned
