with

usable as (

    select * from {{ ref('base_hospital_a__encounters') }}
    where unusable_reason is null

),

latest as (

    {{ latest_arrival('usable', ['encounter_id'], then_by=['discharge_date desc nulls last']) }}

),

encounters as (

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

    from latest

)

select * from encounters
