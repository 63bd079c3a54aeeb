with

source as (

    select * from {{ source('hospital_b', 'encounters') }}
    where {{ arrived_by_as_of() }}

),

cleaned as (

    select
        'HOSPITAL_B' as hospital_id,
        visit_no as encounter_id,
        mrn as patient_id,
        provider_code as provider_id,
        dept_code as department_id,
        nullif(coverage_id, '') as coverage_id,

        case upper(trim(visit_class))
            when 'C' then 'office'
            when 'O' then 'outpatient'
            when 'E' then 'emergency'
            when 'I' then 'inpatient'
            else lower(trim(visit_class))
        end as encounter_type,

        {{ parse_date('arrival_date', 'yyyymmdd') }} as admit_date,
        {{ parse_date('departure_date', 'yyyymmdd') }} as discharge_date,

        _loaded_at,
        _source_file,
        _batch_id

    from source

)

select * from cleaned
