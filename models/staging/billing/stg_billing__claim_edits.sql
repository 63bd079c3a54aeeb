with

source as (

    select * from {{ source('billing', 'claim_edits') }}
    where {{ arrived_by_as_of() }}

),

cleaned as (

    select
        claim_edit_id,
        account_number as patient_control_number,
        staff_id,

        edit_code,
        edit_category,

        raised_date,
        resolved_date,

        _loaded_at,
        _source_file,
        _batch_id

    from source

)

select * from cleaned
