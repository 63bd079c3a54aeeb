with

remittances as (

    select * from {{ ref('fct_remittances') }}
    where not is_matched

),

remittance_claims as (

    select * from {{ ref('stg_clearinghouse__remittance_claims') }}

),

claims as (

    select * from {{ ref('fct_claims') }}
    where is_insured and not is_adjudicated

),

payers as {{ inlined() }} (

    select * from {{ ref('dim_payer') }}

),

unmatched as (

    select
        remittances.remittance_claim_key,
        payers.payer_id,

        remittances.billed_amount,

        remittances.is_reversal

    from remittances
    inner join payers
        on remittances.payer_key = payers.payer_key

),

dated as (

    select
        {{ surrogate_key(['remittance_claim_id']) }} as remittance_claim_key,

        statement_from_date

    from remittance_claims
    where statement_from_date is not null

),

waiting_claims as (

    select
        claims.claim_key,
        payers.payer_id,

        claims.billed_amount,

        claims.service_date

    from claims
    inner join payers
        on claims.payer_key = payers.payer_key

),

suggested as (

    -- same payer, day of service and charge, and no answer yet: what is left when the account
    -- number is wrong. A payer that is not on the list may be any
    select
        unmatched.remittance_claim_key,
        -- of several none is the one
        cast(
            case
                when count(*) = 1
                    then min(cast(waiting_claims.claim_key as {{ dbt.type_string() }}))
            end as uuid
        ) as candidate_claim_key,

        cast(count(*) as integer) as candidate_count

    from unmatched
    inner join dated
        on unmatched.remittance_claim_key = dated.remittance_claim_key
    inner join waiting_claims
        on
            dated.statement_from_date = waiting_claims.service_date
            and unmatched.billed_amount = waiting_claims.billed_amount
            and unmatched.payer_id in (waiting_claims.payer_id, 'UNKNOWN')
    where not unmatched.is_reversal
    group by unmatched.remittance_claim_key

)

select * from suggested
