{{ config(materialized='incremental', unique_key='encounter_key') }}

with

encounters as (

    select * from {{ ref('int_hospitals__encounters_unioned') }}
    where {{ is_of_changed_encounter() }}

),

departments as (

    select * from {{ ref('int_hospitals__departments_unioned') }}

),

coverages as (

    select * from {{ ref('stg_billing__coverages') }}

),

diagnoses as (

    select * from {{ ref('int_hospitals__diagnoses_unioned') }}
    where {{ is_of_changed_encounter() }}

),

accounts as (

    select * from {{ ref('int_claims__accounts') }}

),

patients as (

    select * from {{ ref('int_patients__versions') }}

),

providers as (

    select * from {{ ref('int_providers__versions') }}

),

payers as (

    select * from {{ ref('int_payers__versions') }}

),

diagnoses_by_encounter as (

    select
        hospital_id,
        encounter_id,

        max(case when diagnosis_sequence = 1 then diagnosis_code end) as diagnosis_code,

        count(*) as diagnosis_count

    from diagnoses
    group by 1, 2

),

accounts_by_encounter as (

    select
        hospital_id,
        encounter_id,

        cast(sum(billed_amount) as {{ type_money() }}) as charge_amount,
        count(*) as claim_count

    from accounts
    group by 1, 2

),

joined as (

    select
        {{ surrogate_key(['encounters.hospital_id', 'encounters.encounter_id']) }}
            as encounter_key,
        patients.patient_key,
        patients.person_key,
        payers.payer_key,
        providers.provider_key,
        {{ surrogate_key(['departments.hospital_id', 'departments.facility_id']) }}
            as facility_key,
        {{ surrogate_key(['departments.hospital_id', 'departments.department_id']) }}
            as department_key,
        case
            when diagnoses_by_encounter.diagnosis_code is not null
                then {{ surrogate_key(['diagnoses_by_encounter.diagnosis_code']) }}
        end as primary_diagnosis_key,

        encounters.encounter_type,

        coalesce(accounts_by_encounter.charge_amount, 0) as charge_amount,
        cast(coalesce(accounts_by_encounter.claim_count, 0) as integer) as claim_count,
        cast(coalesce(diagnoses_by_encounter.diagnosis_count, 0) as integer) as diagnosis_count,
        -- a stay that begins and ends on one day counts as one day; one that lasts has no length
        case
            when encounters.encounter_type = 'inpatient' and encounters.discharge_date is not null
                then
                    greatest(
                        {{ days_between('encounters.admit_date', 'encounters.discharge_date') }},
                        1
                    )
        end as length_of_stay_days,

        encounters.admit_date,
        encounters.discharge_date

    from encounters
    left join departments
        on
            encounters.department_id = departments.department_id
            and encounters.hospital_id = departments.hospital_id
    left join coverages
        on encounters.coverage_id = coverages.coverage_id
    left join diagnoses_by_encounter
        on
            encounters.encounter_id = diagnoses_by_encounter.encounter_id
            and encounters.hospital_id = diagnoses_by_encounter.hospital_id
    left join accounts_by_encounter
        on
            encounters.encounter_id = accounts_by_encounter.encounter_id
            and encounters.hospital_id = accounts_by_encounter.hospital_id
    left join patients
        on
            encounters.patient_id = patients.patient_id
            and encounters.hospital_id = patients.hospital_id
            and encounters.admit_date between patients.valid_from and patients.valid_to
    left join providers
        on
            encounters.provider_id = providers.provider_id
            and encounters.hospital_id = providers.hospital_id
            and encounters.admit_date between providers.valid_from and providers.valid_to
    left join payers
        on
            coalesce(coverages.payer_id, '{{ var("self_pay_payer_id") }}') = payers.payer_id
            and encounters.admit_date between payers.valid_from and payers.valid_to

)

select * from joined
