with

source as (

    select * from {{ source('hospital_a', 'encounter_diagnoses') }}
    where {{ arriving() }}

),

cleaned as (

    select
        'HOSPITAL_A' as hospital_id,
        {{ normalised_code('encounter_id') }} as encounter_id,

        replace({{ normalised_code('diagnosis_code') }}, '.', '') as diagnosis_code,

        diagnosis_sequence,

        _loaded_at,
        _source_file,
        _batch_id

    from source

),

latest as (

    {{ latest_arrival('cleaned', ['encounter_id', 'diagnosis_sequence']) }}

)

select * from latest
