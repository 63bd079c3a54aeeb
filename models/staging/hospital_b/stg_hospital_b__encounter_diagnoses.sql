with

source as (

    select * from {{ source('hospital_b', 'encounter_diagnoses') }}
    where {{ arrived_by_as_of() }}

),

cleaned as (

    select
        'HOSPITAL_B' as hospital_id,
        visit_no as encounter_id,

        upper(replace(trim(icd10), '.', '')) as diagnosis_code,

        dx_rank as diagnosis_sequence,

        _loaded_at,
        _source_file,
        _batch_id

    from source

)

select * from cleaned
