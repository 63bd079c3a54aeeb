with

arrivals as (

    select * from {{ ref('base_hospital_b__providers') }}

),

latest as (

    {{ latest_arrival('arrivals', ['provider_id']) }}

),

providers as (

    select
        hospital_id,
        provider_id,
        npi,
        department_id,

        first_name,
        last_name,
        specialty,

        _loaded_at,
        _source_file,
        _batch_id

    from latest

)

select * from providers
