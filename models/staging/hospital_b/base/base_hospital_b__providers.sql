with

source as (

    select * from {{ source('hospital_b', 'providers') }}
    where {{ arriving() }}

),

providers as (

    select
        'HOSPITAL_B' as hospital_id,
        {{ normalised_code('provider_code') }} as provider_id,
        {{ normalised_code('npi_number') }} as npi,
        coalesce({{ normalised_code('dept_code') }}, 'UNKNOWN') as department_id,

        {{ proper_case("split_part(provider_name, ',', 2)") }} as first_name,
        {{ proper_case("split_part(provider_name, ',', 1)") }} as last_name,
        {{ squeezed('specialty_desc') }} as specialty,

        _loaded_at,
        _source_file,
        _batch_id

    from source

)

select * from providers
