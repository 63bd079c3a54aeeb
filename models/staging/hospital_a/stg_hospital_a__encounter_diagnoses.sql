with

source as (

    select * from {{ source('hospital_a', 'encounter_diagnoses') }}
    where {{ arrived_by_as_of() }}

),

cleaned as (

    select
        'HOSPITAL_A' as hospital_id,
        encounter_id,

        upper(replace(trim(diagnosis_code), '.', '')) as diagnosis_code,

        diagnosis_sequence,

        _loaded_at,
        _source_file,
        _batch_id

    from source

)

select * from cleaned
