with

source as (

    select * from {{ source('billing', 'work_items') }}
    where {{ arrived_by_as_of() }}

),

cleaned as (

    select
        work_item_id,
        staff_id,
        account_number as patient_control_number,

        work_type,

        minutes,

        is_error,

        found_wrong_date,
        worked_date,

        _loaded_at,
        _source_file,
        _batch_id

    from source

)

select * from cleaned
