with

submissions as (

    select * from {{ ref('fct_claim_submissions') }}
    where frequency_code = '8' and is_accepted

),

remittances as (

    select * from {{ ref('fct_remittances') }}
    where is_reversal

),

claims as (

    select * from {{ ref('fct_claims') }}

),

balances as (

    select * from {{ ref('fct_ar_month_end') }}

),

as_of as (

    select * from {{ ref('int_calendar__as_of') }}

),

voided_claims as (

    -- a void is done when the payer has taken its decision back
    select
        submissions.claim_key,

        min(remittances.remittance_date) as voided_date

    from submissions
    inner join remittances
        on
            submissions.claim_key = remittances.claim_key
            and submissions.submitted_date <= remittances.remittance_date
    group by 1

),

compared as (

    select
        voided_claims.claim_key,
        voided_claims.voided_date,

        claims.billed_amount,
        claims.allowed_amount,
        claims.payer_paid_amount,
        claims.balance_amount,
        sum(case when balances.claim_key is not null then 1 else 0 end) as open_snapshot_count,

        claims.is_closed

    from voided_claims
    inner join claims
        on voided_claims.claim_key = claims.claim_key
    left join balances
        on
            voided_claims.claim_key = balances.claim_key
            and voided_claims.voided_date <= balances.snapshot_date
    group by 1, 2, 3, 4, 5, 6, 8

)

select compared.*
from compared
cross join as_of
where
    {{ has_fully_arrived('compared.voided_date') }}
    and (
        compared.open_snapshot_count > 0
        or not compared.is_closed
        or compared.billed_amount <> 0
        or compared.allowed_amount <> 0
        or compared.payer_paid_amount <> 0
    )
