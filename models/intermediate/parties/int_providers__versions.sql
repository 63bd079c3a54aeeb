with

providers as (

    select * from {{ ref('int_hospitals__providers_unioned') }}

),

versions as (

    select
        {{ surrogate_key(['hospital_id', 'provider_id', "'1900-01-01'"]) }} as provider_key,
        {{ surrogate_key(['hospital_id', 'department_id']) }} as department_key,
        hospital_id,
        provider_id,
        npi,

        first_name,
        last_name,
        specialty,

        {{ single_version() }}

    from providers

)

select * from versions
