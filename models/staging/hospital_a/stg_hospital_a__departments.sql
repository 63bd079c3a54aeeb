with

source as (

    select * from {{ source('hospital_a', 'departments') }}
    where {{ arriving() }}

),

cleaned as (

    select
        'HOSPITAL_A' as hospital_id,
        {{ normalised_code('department_id') }} as department_id,
        {{ normalised_code('facility_id') }} as facility_id,
        {{ normalised_code('facility_npi') }} as facility_npi,

        {{ squeezed('department_name') }} as department_name,
        {{ squeezed('facility_name') }} as facility_name,
        {{ normalised_code('facility_state') }} as facility_state,

        _loaded_at,
        _source_file,
        _batch_id

    from source

),

latest as (

    {{ latest_arrival('cleaned', ['department_id']) }}

)

select * from latest
