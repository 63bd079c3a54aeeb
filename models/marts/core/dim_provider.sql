with

providers as (

    select * from {{ ref('int_providers__versions') }}

),

dimension as (

    select
        provider_key,
        first_value(provider_key) over (partition by provider_id order by version desc)
            as current_provider_key,
        provider_id,
        department_key,

        hospital_id,
        npi,
        last_name || ', ' || first_name as provider_name,
        specialty,

        version,

        is_inferred,
        is_current,

        valid_from,
        valid_to

    from providers

)

select * from dimension
