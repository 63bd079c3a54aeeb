with

hospital_a as (

    select * from {{ ref('stg_hospital_a__departments') }}

),

hospital_b as (

    select * from {{ ref('stg_hospital_b__departments') }}

),

encounters as (

    select * from {{ ref('int_hospitals__encounters_unioned') }}

),

providers as (

    select * from {{ ref('int_hospitals__providers_unioned') }}

),

unioned as (

    select
        hospital_id,
        department_id,
        facility_id,
        facility_npi,

        department_name,
        facility_name,
        facility_state,

        false as is_inferred,

        _loaded_at,
        _source_file,
        _batch_id

    from hospital_a

    union all

    select
        hospital_id,
        department_id,
        facility_id,
        facility_npi,

        department_name,
        facility_name,
        facility_state,

        false as is_inferred,

        _loaded_at,
        _source_file,
        _batch_id

    from hospital_b

),

named as (

    select
        hospital_id,
        department_id
    from encounters

    union

    select
        hospital_id,
        department_id
    from providers

),

inferred as (

    -- a department that is named but not listed still has money: it stands in a facility of its own
    select
        named.hospital_id,
        named.department_id,
        'UNKNOWN' as facility_id,
        cast(null as {{ dbt.type_string() }}) as facility_npi,

        'Department not on the list' as department_name,
        'Facility not on the list' as facility_name,
        cast(null as {{ dbt.type_string() }}) as facility_state,

        true as is_inferred,

        cast(null as timestamp) as _loaded_at,
        cast(null as {{ dbt.type_string() }}) as _source_file,
        cast(null as {{ dbt.type_string() }}) as _batch_id

    from named
    left join unioned
        on
            named.department_id = unioned.department_id
            and named.hospital_id = unioned.hospital_id
    where unioned.department_id is null and named.department_id is not null

),

departments as (

    select * from unioned
    union all
    select * from inferred

)

select * from departments
