-- Which open denials are at risk? Each open denial, with what such denials recovered, behind each
-- cell of kpi_revenue_at_risk.
with

cells as (

    select * from {{ ref('kpi_revenue_at_risk') }}

),

claims as (

    select * from {{ ref('fct_claims') }}

),

payers as (

    select * from {{ ref('dim_payer') }}

),

denials as (

    select * from {{ ref('fct_denials') }}
    where not is_repeat and open_amount > 0 and is_matched

),

denial_reasons as (

    select * from {{ ref('dim_denial_reason') }}

),

recovery_rates as (

    select * from {{ ref('int_denials__recovery_rates') }}
    where population = 'all'

),

aged as (

    select
        cells.kpi_revenue_at_risk_key,
        denials.denial_key,
        denials.claim_key,
        cells.payer_key,

        cells.denial_category,

        denials.open_amount,
        {{ days_between('denials.denied_date', 'cells.as_of_date') }} as days_since_denial,

        denials.denied_date,
        cells.as_of_date

    from denials
    inner join claims
        on denials.claim_key = claims.claim_key
    inner join payers
        on denials.payer_key = payers.payer_key
    inner join denial_reasons
        on denials.denial_reason_key = denial_reasons.denial_reason_key
    inner join cells
        on
            payers.current_payer_key = cells.payer_key
            and claims.facility_key = cells.facility_key
            and denial_reasons.denial_category = cells.denial_category
    where {{ is_of_cell('cells.kpi_revenue_at_risk_key') }}

),

drilled as (

    select
        aged.kpi_revenue_at_risk_key,
        aged.denial_key,
        aged.claim_key,

        recovery_rates.basis,

        coalesce(round(aged.open_amount * recovery_rates.recovery_rate, 2), 0) as numerator,
        aged.open_amount as denominator,
        recovery_rates.recovery_rate,

        aged.denied_date,
        aged.as_of_date

    from aged
    inner join recovery_rates
        on
            aged.payer_key = recovery_rates.payer_key
            and aged.denial_category = recovery_rates.denial_category
            and aged.days_since_denial between recovery_rates.first_day and recovery_rates.last_day

)

select * from drilled
