with

coverages as (

    select * from {{ ref('stg_billing__coverages') }}
    where coverage_sequence = 2

),

encounters as (

    select * from {{ ref('int_hospitals__encounters_unioned') }}

),

charges as (

    select * from {{ ref('int_hospitals__charges_unioned') }}

),

versions as (

    select * from {{ ref('int_claims__versions') }}
    where payer_sequence = 'S'

),

covered_accounts as (

    select
        charges.hospital_id,
        charges.patient_control_number,
        coverages.coverage_id,
        coverages.payer_id,

        coverages.effective_from_date,
        coverages.effective_to_date,
        min(charges.service_date) as service_date

    from coverages
    inner join encounters
        on
            coverages.patient_id = encounters.patient_id
            and coverages.hospital_id = encounters.hospital_id
    inner join charges
        on
            encounters.encounter_id = charges.encounter_id
            and encounters.hospital_id = charges.hospital_id
    where charges.credited_charge_id is null
    group by 1, 2, 3, 4, 5, 6

),

candidates as (

    -- a claim that went to a second payer says more than what was registered for the patient
    select
        hospital_id,
        root_patient_control_number as patient_control_number,
        payer_id,
        claim_id as source_id,
        1 as preference,
        submitted_date as known_date
    from versions

    union all

    select
        hospital_id,
        patient_control_number,
        payer_id,
        coverage_id as source_id,
        2 as preference,
        effective_from_date as known_date
    from covered_accounts
    where
        service_date >= effective_from_date
        and (service_date <= effective_to_date or effective_to_date is null)

),

ranked as (

    select
        hospital_id,
        patient_control_number,
        payer_id,

        row_number() over (
            partition by hospital_id, patient_control_number
            order by preference asc, known_date desc, source_id desc
        ) as candidate_rank

    from candidates

),

second_payers as (

    select
        hospital_id,
        patient_control_number,
        payer_id
    from ranked
    where candidate_rank = 1

)

select * from second_payers
