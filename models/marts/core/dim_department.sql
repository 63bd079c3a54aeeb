with

departments as (

    select * from {{ ref('int_hospitals__departments_unioned') }}

),

dimension as (

    select
        {{ surrogate_key(['hospital_id', 'department_id']) }} as department_key,
        department_id,
        {{ surrogate_key(['hospital_id', 'facility_id']) }} as facility_key,

        hospital_id,
        department_name,

        {{ single_version() }}

    from departments

)

select * from dimension
