with

source as (

    select * from {{ source('hospital_b', 'departments') }}
    where {{ arriving() }}

),

cleaned as (

    select
        'HOSPITAL_B' as hospital_id,
        {{ normalised_code('dept_code') }} as department_id,
        {{ normalised_code('site_code') }} as facility_id,
        {{ normalised_code('site_npi') }} as facility_npi,

        {{ proper_case('dept_desc') }} as department_name,
        {{ proper_case('site_name') }} as facility_name,
        {{ normalised_code('site_state') }} as facility_state,

        _loaded_at,
        _source_file,
        _batch_id

    from source

),

latest as (

    {{ latest_arrival('cleaned', ['department_id']) }}

)

select * from latest
