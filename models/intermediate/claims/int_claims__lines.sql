{{ config(materialized='incremental', unique_key='claim_key') }}

with

charges as (

    select * from {{ ref('int_claims__charges_priced') }}
    where not is_credit

),

accounts as (

    select
        claim_key,
        payer_key,
        facility_key,
        provider_key,

        first_submitted_date,
        coalesce(final_bill_date, first_submitted_date) as billed_date
    from {{ ref('int_claims__accounts') }}
    where first_submitted_date is not null

),

remittance_claims as {{ inlined() }} (

    select * from {{ ref('int_remittances__claims_adjudicated') }}
    where is_initial_adjudication

),

remittance_lines as (

    select * from {{ ref('int_remittances__lines_adjudicated') }}

),

procedures as (

    select * from {{ ref('int_procedures__classified') }}

),

initial_lines as (

    select
        remittance_lines.claim_line_key,

        remittance_lines.payer_paid_amount,

        remittance_lines.is_denied

    from remittance_claims
    inner join remittance_lines
        on remittance_claims.remittance_claim_id = remittance_lines.remittance_claim_id
    where remittance_lines.claim_line_key is not null

),

submitted_lines as (

    -- a payer that sent no lines decided for all of them together. The first version holds what
    -- was posted, and not taken back, when it was billed; a late charge goes out with a rebill,
    -- which HFMA leaves out of the initial rates.
    select
        charges.charge_key,
        charges.claim_key,
        accounts.payer_key,
        accounts.facility_key,
        accounts.provider_key,

        procedures.procedure_family,

        charges.charge_amount as billed_amount,

        case
            when remittance_claims.claim_key is null then false
            else coalesce(initial_lines.is_denied, remittance_claims.denial_level = 'full')
        end as is_initially_denied,
        remittance_claims.claim_key is not null as is_remitted,
        coalesce(initial_lines.payer_paid_amount, remittance_claims.payer_paid_amount) = 0
            as is_zero_paid,

        accounts.first_submitted_date,
        remittance_claims.remittance_date as first_remittance_date

    from charges
    inner join accounts
        on
            charges.claim_key = accounts.claim_key
            and charges.post_date <= accounts.billed_date
            and (
                charges.credited_date > accounts.billed_date
                or charges.credited_date is null
                or charges.credited_amount < charges.charge_amount
            )
    inner join procedures
        on charges.procedure_id = procedures.procedure_id
    left join remittance_claims
        on charges.claim_key = remittance_claims.claim_key
    left join initial_lines
        on charges.charge_key = initial_lines.claim_line_key

)

select * from submitted_lines
