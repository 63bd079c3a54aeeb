with

source as (

    select * from {{ source('hospital_b', 'encounter_diagnoses') }}
    where {{ arriving() }}

),

cleaned as (

    select
        'HOSPITAL_B' as hospital_id,
        {{ normalised_code('visit_no') }} as encounter_id,

        replace({{ normalised_code('icd10') }}, '.', '') as diagnosis_code,

        dx_rank as diagnosis_sequence,

        _loaded_at,
        _source_file,
        _batch_id

    from source

),

latest as (

    {{ latest_arrival('cleaned', ['encounter_id', 'diagnosis_sequence']) }}

)

select * from latest
