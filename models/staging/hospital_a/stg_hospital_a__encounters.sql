with

source as (

    select * from {{ source('hospital_a', 'encounters') }}
    where {{ arrived_by_as_of() }}

),

cleaned as (

    select
        'HOSPITAL_A' as hospital_id,
        encounter_id,
        patient_id,
        provider_id,
        department_id,
        nullif(coverage_id, '') as coverage_id,

        case upper(trim(encounter_type))
            when 'OFFICE' then 'office'
            when 'OUTPT' then 'outpatient'
            when 'ED' then 'emergency'
            when 'INPT' then 'inpatient'
            else lower(trim(encounter_type))
        end as encounter_type,

        {{ parse_date('admit_date', 'mmddyyyy_slashes') }} as admit_date,
        {{ parse_date('discharge_date', 'mmddyyyy_slashes') }} as discharge_date,

        _loaded_at,
        _source_file,
        _batch_id

    from source

)

select * from cleaned
