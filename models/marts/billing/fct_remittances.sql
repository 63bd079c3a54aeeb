{{ config(materialized='incremental', unique_key='remittance_claim_key') }}

with

remittance_claims as (

    select * from {{ ref('int_remittances__claims_adjudicated') }}

),

remittances as (

    select * from {{ ref('stg_clearinghouse__remittances') }}

),

joined as (

    select
        {{ surrogate_key(['remittance_claims.remittance_claim_id']) }} as remittance_claim_key,
        remittance_claims.remittance_id,
        remittance_claims.claim_key,
        case
            when remittance_claims.claim_id is not null and remittance_claims.claim_key is not null
                then {{ surrogate_key(['remittance_claims.claim_id']) }}
        end as claim_submission_key,
        remittance_claims.payer_key,
        remittance_claims.facility_key,

        remittances.trace_number,
        remittances.payer_name,
        remittance_claims.claim_status_code,
        remittance_claims.payer_sequence,
        remittance_claims.denial_level,

        cast(remittance_claims.adjudication_number as integer) as adjudication_number,
        remittance_claims.billed_amount,
        remittance_claims.allowed_amount,
        remittance_claims.payer_paid_amount,
        remittance_claims.patient_responsibility_amount,
        remittance_claims.contractual_adjustment_amount,
        remittance_claims.other_adjustment_amount,
        remittance_claims.prior_payer_amount,
        remittance_claims.denied_amount,
        remittance_claims.denied_to_patient_amount,
        remittance_claims.unclassified_amount,

        remittance_claims.claim_key is not null as is_matched,
        remittance_claims.is_reversal,
        remittance_claims.is_initial_adjudication,
        remittance_claims.is_payment_date_invalid,

        remittance_claims.remittance_date

    from remittance_claims
    inner join remittances
        on remittance_claims.remittance_id = remittances.remittance_id

)

select * from joined
