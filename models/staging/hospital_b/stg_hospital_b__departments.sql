with

source as (

    select * from {{ source('hospital_b', 'departments') }}
    where {{ arrived_by_as_of() }}

),

cleaned as (

    select
        'HOSPITAL_B' as hospital_id,
        dept_code as department_id,
        site_code as facility_id,
        site_npi as facility_npi,

        {{ proper_case("nullif(trim(dept_desc), '')") }} as department_name,
        {{ proper_case("nullif(trim(site_name), '')") }} as facility_name,
        upper(nullif(trim(site_state), '')) as facility_state,

        _loaded_at,
        _source_file,
        _batch_id

    from source

)

select * from cleaned
