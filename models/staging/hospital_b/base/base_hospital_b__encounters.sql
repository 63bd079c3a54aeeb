with

source as (

    select * from {{ source('hospital_b', 'encounters') }}
    where {{ arriving() }}

),

parsed as (

    select
        {{ normalised_code('visit_no') }} as encounter_id,
        {{ normalised_code('mrn') }} as patient_id,
        {{ normalised_code('provider_code') }} as provider_id,
        {{ normalised_code('dept_code') }} as department_id,
        {{ normalised_code('coverage_id') }} as coverage_id,

        case upper(trim(visit_class))
            when 'C' then 'office'
            when 'O' then 'outpatient'
            when 'E' then 'emergency'
            when 'I' then 'inpatient'
            else lower(trim(visit_class))
        end as encounter_type,

        nullif(trim(departure_date), '') as given_discharge_date,
        {{ parse_date('trim(arrival_date)', 'yyyymmdd') }} as admit_date,
        {{ parse_date('trim(departure_date)', 'yyyymmdd') }} as discharge_date,

        _loaded_at,
        _source_file,
        _batch_id

    from source
    {{ computed_once() }}

),

compared as (

    -- nobody leaves before arriving: if both dates can be, they stand in each other's place
    select
        *,
        coalesce(
            discharge_date < admit_date
            and not {{ is_impossible_date('admit_date') }}
            and not {{ is_impossible_date('discharge_date') }},
            false
        ) as is_dates_swapped

    from parsed

),

repaired as (

    select
        encounter_id,
        patient_id,
        provider_id,
        department_id,
        coverage_id,

        encounter_type,

        is_dates_swapped as is_dates_repaired,

        given_discharge_date,
        case when is_dates_swapped then discharge_date else admit_date end as admit_date,
        case when is_dates_swapped then admit_date else discharge_date end as discharge_date,

        _loaded_at,
        _source_file,
        _batch_id

    from compared

),

judged as (

    select
        encounter_id,
        patient_id,
        provider_id,
        department_id,
        coverage_id,

        encounter_type,
        case
            when admit_date is null or {{ is_impossible_date('admit_date') }} then 'admit_date'
            when given_discharge_date is not null and discharge_date is null then 'discharge_date'
            when {{ is_impossible_date('discharge_date') }} then 'discharge_date'
        end as impossible_date_column,
        case
            when patient_id is null then 'patient_id'
            when provider_id is null then 'provider_id'
            when department_id is null then 'department_id'
        end as missing_column,

        is_dates_repaired,

        admit_date,
        discharge_date,

        _loaded_at,
        _source_file,
        _batch_id

    from repaired

),

encounters as (

    select
        'HOSPITAL_B' as hospital_id,
        encounter_id,
        patient_id,
        provider_id,
        department_id,
        coverage_id,

        encounter_type,
        case
            when impossible_date_column is not null then 'impossible_date'
            when missing_column is not null then 'missing_value'
        end as unusable_reason,
        coalesce(impossible_date_column, missing_column) as unusable_column,

        is_dates_repaired,

        admit_date,
        discharge_date,

        _loaded_at,
        _source_file,
        _batch_id

    from judged

)

select * from encounters
