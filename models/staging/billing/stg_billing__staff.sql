with

source as (

    select * from {{ source('billing', 'staff') }}
    where {{ arrived_by_as_of() }}

),

cleaned as (

    select
        staff_id,

        {{ proper_case('staff_name') }} as staff_name,
        role,
        team,

        hired_date,
        left_date,

        _loaded_at,
        _source_file,
        _batch_id

    from source

)

select * from cleaned
