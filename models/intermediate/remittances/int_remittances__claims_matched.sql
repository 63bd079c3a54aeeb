with

remittance_claims as (

    select * from {{ ref('stg_clearinghouse__remittance_claims') }}

),

remittances as (

    select * from {{ ref('stg_clearinghouse__remittances') }}

),

versions as {{ inlined() }} (

    select * from {{ ref('int_claims__versions') }}

),

accounts as (

    select * from {{ ref('int_claims__accounts') }}

),

payers as (

    select * from {{ ref('int_payers__versions') }}

),

matched as (

    select
        remittance_claims.remittance_claim_id,
        remittance_claims.remittance_id,
        -- by the payer's own claim number when the 277CA gave it, else the version that was the
        -- latest when the payer paid
        coalesce(versions_by_number.claim_id, versions_by_date.claim_id) as claim_id,
        coalesce(
            versions_by_number.root_patient_control_number,
            versions_by_date.root_patient_control_number,
            remittance_claims.patient_control_number
        ) as patient_control_number,
        remittances.payer_id,

        remittance_claims.claim_status_code,
        remittance_claims.remark_code_1,

        remittance_claims.claim_sequence,
        remittance_claims.billed_amount,
        remittance_claims.payer_paid_amount,
        remittance_claims.patient_responsibility_amount as stated_patient_responsibility_amount,

        remittance_claims.claim_status_code = '22' as is_reversal,
        remittances.is_payment_date_invalid,

        remittances.remittance_date

    from remittance_claims
    inner join remittances
        on remittance_claims.remittance_id = remittances.remittance_id
    left join versions as versions_by_number
        on
            remittance_claims.patient_control_number = versions_by_number.patient_control_number
            and remittance_claims.payer_claim_control_number
            = versions_by_number.payer_claim_control_number
            and (
                remittances.remittance_date >= versions_by_number.payer_number_from_date
                or versions_by_number.payer_number_from_date is null
            )
            and (
                remittances.remittance_date < versions_by_number.payer_number_until_date
                or versions_by_number.payer_number_until_date is null
            )
    left join versions as versions_by_date
        on
            versions_by_number.claim_id is null
            and remittance_claims.patient_control_number = versions_by_date.patient_control_number
            and remittances.remittance_date >= versions_by_date.submitted_date
            and (
                remittances.remittance_date < versions_by_date.next_submitted_date
                or versions_by_date.next_submitted_date is null
            )

),

keyed as (

    -- a remittance that no account answers to keeps its money and has no claim
    select
        matched.remittance_claim_id,
        matched.remittance_id,
        matched.claim_id,
        matched.patient_control_number,
        accounts.claim_key,
        coalesce(payers.payer_key, accounts.payer_key, unknown_payers.payer_key) as payer_key,
        accounts.provider_key,
        accounts.facility_key,
        accounts.hospital_id,

        matched.claim_status_code,
        matched.remark_code_1,

        matched.claim_sequence,
        matched.billed_amount,
        matched.payer_paid_amount,
        matched.stated_patient_responsibility_amount,

        matched.is_reversal,
        matched.is_payment_date_invalid,

        matched.remittance_date

    from matched
    left join accounts
        on matched.patient_control_number = accounts.patient_control_number
    left join payers
        on
            matched.payer_id = payers.payer_id
            and matched.remittance_date between payers.valid_from and payers.valid_to
    left join payers as unknown_payers
        on unknown_payers.payer_id = 'UNKNOWN'

)

select * from keyed
