with

claims as (

    select * from {{ ref('fct_claims') }}

),

accounts as (

    select * from {{ ref('int_claims__accounts') }}

),

transactions as (

    select * from {{ ref('fct_ar_transactions') }}

),

appeals as (

    select * from {{ ref('stg_billing__appeals') }}
    where decided_date is null

),

balances as (

    select
        claim_key,
        responsibility,

        sum(amount) as balance_amount

    from transactions
    group by 1, 2

),

open_balances as (

    -- a credit of one pays no debt of another
    select
        claim_key,

        count(*) as open_balance_count

    from balances
    where balance_amount <> 0
    group by 1

),

claims_under_appeal as (

    select distinct accounts.claim_key

    from appeals
    inner join accounts
        on appeals.patient_control_number = accounts.patient_control_number

),

compared as (

    select
        claims.claim_key,

        coalesce(open_balances.open_balance_count, 0) as open_balance_count,

        claims.is_closed,
        claims_under_appeal.claim_key is not null as has_open_appeal,
        open_balances.claim_key is null
        and claims_under_appeal.claim_key is null as should_be_closed,

        claims.closed_date

    from claims
    left join open_balances
        on claims.claim_key = open_balances.claim_key
    left join claims_under_appeal
        on claims.claim_key = claims_under_appeal.claim_key

)

select * from compared
where
    is_closed <> should_be_closed
    or is_closed <> (closed_date is not null)
