with

claims as (

    select * from {{ ref('fct_claims') }}

),

denials as (

    select * from {{ ref('fct_denials') }}
    where claim_key is not null

),

transactions as (

    select * from {{ ref('fct_ar_transactions') }}
    where transaction_type = 'denial_writeoff'

),

as_of as (

    select * from {{ ref('int_calendar__as_of') }}

),

denials_by_claim as (

    select
        claim_key,

        sum(written_off_amount) as written_off_amount

    from denials
    group by 1

),

writeoffs_by_claim as (

    select
        claim_key,

        -sum(amount) as ledger_amount,

        max(post_date) as post_date

    from transactions
    group by 1

),

compared as (

    -- a claim that no payer ever accepted was written off without a denial: that is all by which
    -- the ledger exceeds the denials
    select
        claims.claim_key,

        coalesce(writeoffs_by_claim.ledger_amount, 0) as ledger_amount,
        coalesce(denials_by_claim.written_off_amount, 0) as written_off_amount,
        case
            when claims.first_accepted_date is null
                then coalesce(writeoffs_by_claim.ledger_amount, 0)
            else 0
        end as never_accepted_amount,

        writeoffs_by_claim.post_date

    from claims
    left join writeoffs_by_claim
        on claims.claim_key = writeoffs_by_claim.claim_key
    left join denials_by_claim
        on claims.claim_key = denials_by_claim.claim_key

)

select compared.*
from compared
cross join as_of
where
    compared.ledger_amount <> compared.written_off_amount + compared.never_accepted_amount
    and (compared.post_date is null or {{ has_fully_arrived('compared.post_date') }})
