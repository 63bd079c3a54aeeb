with

patients as (

    select * from {{ ref('int_hospitals__patients_unioned') }}

),

encounters as (

    select * from {{ ref('int_hospitals__encounters_unioned') }}

),

exported as (

    select distinct
        hospital_id,
        patient_id
    from patients

),

seen as (

    select distinct
        hospital_id,
        patient_id
    from encounters

),

arrivals as (

    select
        hospital_id,
        patient_id,

        sex,
        state,
        substring(zip, 1, 3) as zip3,

        false as is_inferred,

        birth_date,
        death_date,

        _loaded_at,
        _source_file,
        _batch_id

    from patients

    union all

    -- whoever was treated owes money, whether or not a usable row says who it is
    select
        seen.hospital_id,
        seen.patient_id,

        'unknown' as sex,
        cast(null as {{ dbt.type_string() }}) as state,
        cast(null as {{ dbt.type_string() }}) as zip3,

        true as is_inferred,

        cast(null as date) as birth_date,
        cast(null as date) as death_date,

        cast('1900-01-01' as timestamp) as _loaded_at,
        '' as _source_file,
        '' as _batch_id

    from seen
    left join exported
        on
            seen.patient_id = exported.patient_id
            and seen.hospital_id = exported.hospital_id
    where exported.patient_id is null

),

last_of_day as (

    {{ latest_version('arrivals', ['hospital_id', 'patient_id', 'cast(_loaded_at as date)']) }}

),

compared as (

    select
        hospital_id,
        patient_id,

        sex,
        state,
        zip3,

        is_inferred,
        {{ is_new_version(
            ['hospital_id', 'patient_id'], ['sex', 'state', 'zip3', 'birth_date', 'death_date']
        ) }} as is_new_version,

        birth_date,
        death_date,

        _loaded_at

    from last_of_day

),

numbered as (

    select
        hospital_id,
        patient_id,

        sex,
        state,
        zip3,

        is_inferred,

        birth_date,
        death_date,

        {{ version_columns(['hospital_id', 'patient_id']) }}

    from compared
    where is_new_version

),

versions as (

    select
        {{ surrogate_key(['hospital_id', 'patient_id', 'valid_from']) }} as patient_key,
        -- one person a patient number until identity is matched across the hospitals
        {{ surrogate_key(['hospital_id', 'patient_id', "'1900-01-01'"]) }} as person_key,
        hospital_id,
        patient_id,

        sex,
        state,
        zip3,

        version,

        is_inferred,
        is_current,

        birth_date,
        death_date,
        valid_from,
        valid_to

    from numbered

)

select * from versions
