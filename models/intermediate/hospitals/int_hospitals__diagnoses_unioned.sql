{{ config(materialized='view') }}

with

hospital_a as (

    select * from {{ ref('stg_hospital_a__encounter_diagnoses') }}

),

hospital_b as (

    select * from {{ ref('stg_hospital_b__encounter_diagnoses') }}

),

unioned as (

    select
        hospital_id,
        encounter_id,

        diagnosis_code,

        diagnosis_sequence,

        _loaded_at,
        _source_file,
        _batch_id

    from hospital_a

    union all

    select
        hospital_id,
        encounter_id,

        diagnosis_code,

        diagnosis_sequence,

        _loaded_at,
        _source_file,
        _batch_id

    from hospital_b

)

select * from unioned
