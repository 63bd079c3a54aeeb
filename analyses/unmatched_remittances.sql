-- Which money came in for claims that we don't know? Claims on remittances without a claim of ours:
-- another hospital's, an old system's, or a mistyped account number. None in the demo's own claims.
with

remittances as (

    select * from {{ ref('fct_remittances') }}
    where not is_matched

),

unmatched as (

    select
        payer_name,
        trace_number,
        remittance_id,
        remittance_claim_key,
        claim_status_code,
        denial_level,

        billed_amount,
        payer_paid_amount,
        patient_responsibility_amount,
        denied_amount,

        is_reversal,

        remittance_date

    from remittances

)

select * from unmatched
order by payer_paid_amount desc, remittance_date asc, remittance_claim_key asc
