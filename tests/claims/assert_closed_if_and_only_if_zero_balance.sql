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

        sum(case when responsibility <> 'patient' then amount else 0 end) as payer_balance_amount,
        sum(case when responsibility = 'patient' then amount else 0 end) as patient_balance_amount

    from transactions
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

        balances.payer_balance_amount,
        balances.patient_balance_amount,

        claims.is_closed,
        claims_under_appeal.claim_key is not null as has_open_appeal,
        balances.payer_balance_amount = 0
        and balances.patient_balance_amount = 0
        and claims_under_appeal.claim_key is null as should_be_closed,

        claims.closed_date

    from claims
    left join balances
        on claims.claim_key = balances.claim_key
    left join claims_under_appeal
        on claims.claim_key = claims_under_appeal.claim_key

)

select * from compared
where
    is_closed <> coalesce(should_be_closed, false)
    or is_closed <> (closed_date is not null)
