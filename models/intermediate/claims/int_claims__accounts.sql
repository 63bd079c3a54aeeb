{{ config(materialized='incremental', unique_key='claim_key') }}

with

charges as (

    select * from {{ ref('int_hospitals__charges_unioned') }}

),

encounters as (

    select * from {{ ref('int_hospitals__encounters_unioned') }}

),

departments as (

    select * from {{ ref('int_hospitals__departments_unioned') }}

),

coverages as (

    select * from {{ ref('stg_billing__coverages') }}

),

second_payers as (

    select * from {{ ref('int_claims__second_payers') }}

),

submissions as (

    select * from {{ ref('int_claims__submissions_summarized') }}

),

payers as {{ inlined() }} (

    select * from {{ ref('int_payers__versions') }}

),

patients as (

    select * from {{ ref('int_patients__versions') }}

),

providers as (

    select * from {{ ref('int_providers__versions') }}

),

diagnoses as (

    select * from {{ ref('int_hospitals__diagnoses_unioned') }}
    where diagnosis_sequence = 1

),

accounts as (

    select
        hospital_id,
        patient_control_number,

        min(encounter_id) as encounter_id,
        min(claim_type) as claim_type,

        cast(sum(charge_amount) as {{ type_money() }}) as billed_amount,

        min(service_date) as service_date,
        min(post_date) as first_charge_post_date,
        -- a credit completes no account, however late it comes
        coalesce(
            max(case when credited_charge_id is null then post_date end), max(post_date)
        ) as charge_post_date

    from charges
    group by 1, 2

),

identified as (

    -- the payer is the one that the claim was sent to; before that, the one registered for the
    -- visit; with neither, the patient pays alone
    select
        {{ surrogate_key(['accounts.hospital_id', 'accounts.patient_control_number']) }}
            as claim_key,
        accounts.hospital_id,
        accounts.patient_control_number,
        accounts.encounter_id,
        encounters.patient_id,
        encounters.provider_id,
        encounters.department_id,
        departments.facility_id,
        coalesce(
            submissions.payer_id, coverages.payer_id, '{{ var("self_pay_payer_id") }}'
        ) as payer_id,
        second_payers.payer_id as secondary_payer_id,
        coalesce(submissions.diagnosis_code, diagnoses.diagnosis_code) as diagnosis_code,

        accounts.claim_type,
        coalesce(submissions.payer_sequence, 'P') as payer_sequence,
        encounters.encounter_type,

        accounts.billed_amount,
        coalesce(submissions.submission_count, 0) as submission_count,

        coalesce(submissions.is_accepted_first_time, false) as is_accepted_first_time,

        accounts.service_date,
        -- only a stay has a discharge that differs from its service; a visit ends where it began
        case
            when
                encounters.encounter_type = 'inpatient' and accounts.claim_type = 'I'
                then encounters.discharge_date
        end as discharge_date,
        accounts.first_charge_post_date,
        accounts.charge_post_date,
        submissions.final_bill_date,
        submissions.first_submitted_date,
        submissions.last_submitted_date,
        submissions.first_accepted_date

    from accounts
    left join encounters
        on
            accounts.encounter_id = encounters.encounter_id
            and accounts.hospital_id = encounters.hospital_id
    left join departments
        on
            encounters.department_id = departments.department_id
            and encounters.hospital_id = departments.hospital_id
    left join coverages
        on encounters.coverage_id = coverages.coverage_id
    left join diagnoses
        on
            accounts.encounter_id = diagnoses.encounter_id
            and accounts.hospital_id = diagnoses.hospital_id
    left join second_payers
        on
            accounts.patient_control_number = second_payers.patient_control_number
            and accounts.hospital_id = second_payers.hospital_id
    left join submissions
        on accounts.patient_control_number = submissions.patient_control_number

),

keyed as (

    select
        identified.claim_key,
        {{ surrogate_key(['identified.hospital_id', 'identified.encounter_id']) }} as encounter_key,
        patients.patient_key,
        patients.person_key,
        payers.payer_key,
        secondary_payers.payer_key as secondary_payer_key,
        providers.provider_key,
        {{ surrogate_key(['identified.hospital_id', 'identified.facility_id']) }} as facility_key,
        {{ surrogate_key(['identified.hospital_id', 'identified.department_id']) }}
            as department_key,
        case
            when identified.diagnosis_code is not null
                then {{ surrogate_key(['identified.diagnosis_code']) }}
        end as primary_diagnosis_key,
        identified.hospital_id,
        identified.patient_control_number,
        identified.encounter_id,
        identified.payer_id,
        secondary_payers.payer_id as secondary_payer_id,

        payers.payer_class,
        identified.claim_type,
        identified.payer_sequence,
        identified.encounter_type,

        identified.billed_amount,
        identified.submission_count,

        payers.is_adjudicated as is_insured,
        identified.is_accepted_first_time,

        identified.service_date,
        identified.discharge_date,
        identified.first_charge_post_date,
        identified.charge_post_date,
        identified.final_bill_date,
        identified.first_submitted_date,
        identified.last_submitted_date,
        identified.first_accepted_date,
        -- what was never billed has no submission to age from: it ages from service on any basis
        coalesce(
            case
                when '{{ var("aging_basis") }}' = 'submission'
                    then identified.first_submitted_date
            end,
            identified.discharge_date,
            identified.service_date
        ) as aging_date

    from identified
    left join payers
        on
            identified.payer_id = payers.payer_id
            and identified.service_date between payers.valid_from and payers.valid_to
    -- who pays alone has nobody to pay second
    left join payers as secondary_payers
        on
            identified.secondary_payer_id = secondary_payers.payer_id
            and identified.service_date
            between secondary_payers.valid_from and secondary_payers.valid_to
            and payers.is_adjudicated
    left join patients
        on
            identified.patient_id = patients.patient_id
            and identified.hospital_id = patients.hospital_id
            and identified.service_date between patients.valid_from and patients.valid_to
    left join providers
        on
            identified.provider_id = providers.provider_id
            and identified.hospital_id = providers.hospital_id
            and identified.service_date between providers.valid_from and providers.valid_to

)

select * from keyed
