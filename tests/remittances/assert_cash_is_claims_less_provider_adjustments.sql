with

checks as (

    select * from {{ ref('stg_clearinghouse__remittances') }}

),

remittance_claims as (

    select * from {{ ref('stg_clearinghouse__remittance_claims') }}

),

arrived_remittance_claims as (

    select * from {{ ref('base_clearinghouse__remittance_claims') }}

),

remittances as (

    select * from {{ ref('fct_remittances') }}

),

provider_adjustments as (

    select * from {{ ref('fct_provider_adjustments') }}

),

as_of as (

    select * from {{ ref('int_calendar__as_of') }}

),

checks_in_quarantine as (

    -- a claim whose own total is wrong is kept out of the marts, and its money out of the sum
    select distinct arrived_remittance_claims.remittance_id

    from arrived_remittance_claims
    left join remittance_claims
        on arrived_remittance_claims.remittance_claim_id = remittance_claims.remittance_claim_id
    where remittance_claims.remittance_claim_id is null

),

complete_checks as (

    select
        checks.remittance_id,
        checks.payer_id,

        checks.payment_amount,

        cast({{ dbt.date_trunc('month', 'checks.remittance_date') }} as date) as month_start_date

    from checks
    left join checks_in_quarantine
        on checks.remittance_id = checks_in_quarantine.remittance_id
    cross join as_of
    where
        checks_in_quarantine.remittance_id is null
        and {{ has_fully_arrived('checks.remittance_date') }}

),

signed_amounts as (

    select
        payer_id,
        month_start_date,
        payment_amount as amount
    from complete_checks

    union all

    select
        complete_checks.payer_id,
        complete_checks.month_start_date,
        -remittances.payer_paid_amount as amount
    from remittances
    inner join complete_checks
        on remittances.remittance_id = complete_checks.remittance_id

    union all

    select
        complete_checks.payer_id,
        complete_checks.month_start_date,
        provider_adjustments.adjustment_amount as amount
    from provider_adjustments
    inner join complete_checks
        on provider_adjustments.remittance_id = complete_checks.remittance_id

),

differences as (

    select
        payer_id,
        month_start_date,

        sum(amount) as difference_amount

    from signed_amounts
    group by 1, 2

)

select * from differences
where difference_amount <> 0
