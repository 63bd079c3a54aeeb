with

source as (

    select * from {{ source('hospital_a', 'providers') }}
    where {{ arriving() }}

),

providers as (

    select
        'HOSPITAL_A' as hospital_id,
        {{ normalised_code('provider_id') }} as provider_id,
        {{ normalised_code('npi') }} as npi,
        coalesce({{ normalised_code('department_id') }}, 'UNKNOWN') as department_id,

        {{ proper_case('first_name') }} as first_name,
        {{ proper_case('last_name') }} as last_name,
        {{ squeezed('specialty') }} as specialty,

        _loaded_at,
        _source_file,
        _batch_id

    from source

)

select * from providers
