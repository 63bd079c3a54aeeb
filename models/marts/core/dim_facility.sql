with

departments as (

    select * from {{ ref('int_hospitals__departments_unioned') }}

),

facilities as (

    select
        hospital_id,
        facility_id,

        min(facility_name) as facility_name,
        min(facility_npi) as facility_npi,
        min(facility_state) as state

    from departments
    group by 1, 2

),

dimension as (

    select
        {{ surrogate_key(['hospital_id', 'facility_id']) }} as facility_key,
        facility_id,

        hospital_id,
        facility_name,
        facility_npi,
        state,

        {{ single_version() }}

    from facilities

)

select * from dimension
