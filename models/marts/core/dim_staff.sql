with

staff as (

    select * from {{ ref('stg_billing__staff') }}

),

dimension as (

    select
        {{ surrogate_key(['staff_id']) }} as staff_key,
        staff_id,

        staff_name,
        role,
        team,

        hired_date,
        left_date,

        {{ single_version() }}

    from staff

)

select * from dimension
