{#- Empty in a full run: is_new_arrival is false then. -#}
with

encounters as {{ inlined() }} (

    select * from {{ ref('int_hospitals__encounters_unioned') }}

),

diagnoses as (

    select * from {{ ref('int_hospitals__diagnoses_unioned') }}

),

patients as (

    select * from {{ ref('int_hospitals__patients_unioned') }}
    where {{ is_new_arrival() }}

),

providers as (

    select * from {{ ref('int_hospitals__providers_unioned') }}
    where {{ is_new_arrival() }}

),

departments as (

    select * from {{ ref('int_hospitals__departments_unioned') }}
    where {{ is_new_arrival() }}

),

coverages as {{ inlined() }} (

    select * from {{ ref('stg_billing__coverages') }}

),

payers as (

    select * from {{ ref('base_billing__payers') }}
    where {{ is_new_arrival() }}

),

moved_rows as (

    select * from {{ ref('stg_loads__moved_rows') }}
    where {{ is_new_arrival() }}

),

touched as (

    -- a discharge that lay ahead is known from its day on
    select
        hospital_id,
        encounter_id
    from encounters
    where
        {{ is_new_arrival() }}
        or discharge_date > {{ previous_as_of_date() }}

    union

    select
        hospital_id,
        encounter_id
    from diagnoses
    where {{ is_new_arrival() }}

    union

    select
        encounters.hospital_id,
        encounters.encounter_id
    from patients
    inner join encounters
        on
            patients.patient_id = encounters.patient_id
            and patients.hospital_id = encounters.hospital_id

    union

    select
        encounters.hospital_id,
        encounters.encounter_id
    from providers
    inner join encounters
        on
            providers.provider_id = encounters.provider_id
            and providers.hospital_id = encounters.hospital_id

    union

    select
        encounters.hospital_id,
        encounters.encounter_id
    from departments
    inner join encounters
        on
            departments.department_id = encounters.department_id
            and departments.hospital_id = encounters.hospital_id

    union

    -- a coverage says who pays, first or second, for all visits of its patient
    select
        encounters.hospital_id,
        encounters.encounter_id
    from coverages
    inner join encounters
        on
            coverages.patient_id = encounters.patient_id
            and coverages.hospital_id = encounters.hospital_id
    where {{ is_new_arrival('coverages._batch_id') }}

    union

    select
        encounters.hospital_id,
        encounters.encounter_id
    from coverages
    inner join encounters
        on coverages.coverage_id = encounters.coverage_id
    where {{ is_new_arrival('coverages._batch_id') }}

    union

    select
        encounters.hospital_id,
        encounters.encounter_id
    from encounters
    left join coverages
        on encounters.coverage_id = coverages.coverage_id
    inner join payers
        on coalesce(coverages.payer_id, '{{ var("self_pay_payer_id") }}') = payers.payer_id

    union

    select
        encounters.hospital_id,
        encounters.encounter_id
    from moved_rows
    inner join encounters
        on moved_rows.parent_id = encounters.encounter_id
    where moved_rows.parent_column = 'encounter_id'

    union

    select
        encounters.hospital_id,
        encounters.encounter_id
    from moved_rows
    inner join encounters
        on moved_rows.parent_id = encounters.patient_id
    where moved_rows.parent_column = 'patient_id'

)

select * from touched
