with

source as (

    select * from {{ source('hospital_a', 'providers') }}
    where {{ arrived_by_as_of() }}

),

cleaned as (

    select
        'HOSPITAL_A' as hospital_id,
        provider_id,
        npi,
        department_id,

        {{ proper_case('first_name') }} as first_name,
        {{ proper_case('last_name') }} as last_name,
        nullif(trim(specialty), '') as specialty,

        _loaded_at,
        _source_file,
        _batch_id

    from source

)

select * from cleaned
