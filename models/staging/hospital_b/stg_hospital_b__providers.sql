with

source as (

    select * from {{ source('hospital_b', 'providers') }}
    where {{ arrived_by_as_of() }}

),

cleaned as (

    select
        'HOSPITAL_B' as hospital_id,
        provider_code as provider_id,
        npi_number as npi,
        dept_code as department_id,

        {{ proper_case("split_part(provider_name, ',', 2)") }} as first_name,
        {{ proper_case("split_part(provider_name, ',', 1)") }} as last_name,
        nullif(trim(specialty_desc), '') as specialty,

        _loaded_at,
        _source_file,
        _batch_id

    from source

)

select * from cleaned
