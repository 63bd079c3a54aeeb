{{ config(materialized='view') }}

with

hospital_a as (

    select * from {{ ref('stg_hospital_a__encounters') }}

),

hospital_b as (

    select * from {{ ref('stg_hospital_b__encounters') }}

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

        admit_date,
        discharge_date,

        _loaded_at,
        _source_file,
        _batch_id

    from hospital_b

)

select * from unioned
