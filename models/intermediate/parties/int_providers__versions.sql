with

providers as (

    select * from {{ ref('int_hospitals__providers_unioned') }}

),

encounters as (

    select * from {{ ref('int_hospitals__encounters_unioned') }}

),

exported as (

    select distinct
        hospital_id,
        provider_id
    from providers

),

seen as (

    select
        hospital_id,
        provider_id,

        min(department_id) as department_id

    from encounters
    group by 1, 2

),

arrivals as (

    select
        hospital_id,
        provider_id,
        department_id,
        npi,

        first_name,
        last_name,
        specialty,

        false as is_inferred,

        _loaded_at,
        _source_file,
        _batch_id

    from providers

    union all

    -- who treated a patient stands for the claim, whether or not the provider list knows the number
    select
        seen.hospital_id,
        seen.provider_id,
        seen.department_id,
        cast(null as {{ dbt.type_string() }}) as npi,

        'not on the list' as first_name,
        'Provider' as last_name,
        cast(null as {{ dbt.type_string() }}) as specialty,

        true as is_inferred,

        cast('1900-01-01' as timestamp) as _loaded_at,
        '' as _source_file,
        '' as _batch_id

    from seen
    left join exported
        on
            seen.provider_id = exported.provider_id
            and seen.hospital_id = exported.hospital_id
    where exported.provider_id is null

),

last_of_day as (

    {{ latest_version('arrivals', ['hospital_id', 'provider_id', 'cast(_loaded_at as date)']) }}

),

compared as (

    select
        hospital_id,
        provider_id,
        department_id,
        npi,

        first_name,
        last_name,
        specialty,

        is_inferred,
        {{ is_new_version(
            ['hospital_id', 'provider_id'],
            ['department_id', 'npi', 'first_name', 'last_name', 'specialty']
        ) }} as is_new_version,

        _loaded_at

    from last_of_day

),

numbered as (

    select
        hospital_id,
        provider_id,
        department_id,
        npi,

        first_name,
        last_name,
        specialty,

        is_inferred,

        {{ version_columns(['hospital_id', 'provider_id']) }}

    from compared
    where is_new_version

),

versions as (

    select
        {{ surrogate_key(['hospital_id', 'provider_id', 'valid_from']) }} as provider_key,
        {{ surrogate_key(['hospital_id', 'department_id']) }} as department_key,
        hospital_id,
        provider_id,
        npi,

        first_name,
        last_name,
        specialty,

        version,

        is_inferred,
        is_current,

        valid_from,
        valid_to

    from numbered

)

select * from versions
