with

source as (

    select * from {{ source('billing', 'staff') }}
    where {{ arriving() }}

),

staff as (

    select
        {{ normalised_code('staff_id') }} as staff_id,

        {{ proper_case('staff_name') }} as staff_name,
        {{ normalised_category('role') }} as role,
        {{ squeezed('team') }} as team,

        hired_date,
        left_date,

        _loaded_at,
        _source_file,
        _batch_id

    from source

)

select * from staff
