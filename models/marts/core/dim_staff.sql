with

staff as (

    select * from {{ ref('int_staff__versions') }}

),

dimension as (

    select
        staff_key,
        staff_id,

        staff_name,
        role,
        team,

        version,

        is_current,

        hired_date,
        left_date,
        valid_from,
        valid_to

    from staff

)

select * from dimension
