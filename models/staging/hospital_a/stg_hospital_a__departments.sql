with

source as (

    select * from {{ source('hospital_a', 'departments') }}
    where {{ arrived_by_as_of() }}

),

cleaned as (

    select
        'HOSPITAL_A' as hospital_id,
        department_id,
        facility_id,
        facility_npi,

        nullif(trim(department_name), '') as department_name,
        nullif(trim(facility_name), '') as facility_name,
        upper(nullif(trim(facility_state), '')) as facility_state,

        _loaded_at,
        _source_file,
        _batch_id

    from source

)

select * from cleaned
