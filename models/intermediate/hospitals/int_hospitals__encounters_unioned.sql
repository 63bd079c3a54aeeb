{{ config(materialized='view') }}

with

hospital_a as (

    select * from {{ ref('stg_hospital_a__encounters') }}

),

hospital_b as (

    select * from {{ ref('stg_hospital_b__encounters') }}

),

as_of as (

    select * from {{ ref('int_calendar__as_of') }}

),

unioned as (

    select
        hospital_id,
        encounter_id,
        patient_id,
        provider_id,
        department_id,
        coverage_id,

        encounter_type,

        is_dates_repaired,

        admit_date,
        discharge_date,

        _loaded_at,
        _source_file,
        _batch_id

    from hospital_a

    union all

    select
        hospital_id,
        encounter_id,
        patient_id,
        provider_id,
        department_id,
        coverage_id,

        encounter_type,

        is_dates_repaired,

        admit_date,
        discharge_date,

        _loaded_at,
        _source_file,
        _batch_id

    from hospital_b

),

known as (

    -- an export tells a discharge that lies ahead of a past as_of_date: that day nobody knew it
    select
        unioned.hospital_id,
        unioned.encounter_id,
        unioned.patient_id,
        unioned.provider_id,
        unioned.department_id,
        unioned.coverage_id,

        unioned.encounter_type,

        unioned.is_dates_repaired,

        unioned.admit_date,
        case when unioned.discharge_date <= as_of.as_of_date then unioned.discharge_date end
            as discharge_date,

        unioned._loaded_at,
        unioned._source_file,
        unioned._batch_id

    from unioned
    cross join as_of

)

select * from known
