-- Which claims make the mean days to payment? All that were first submitted in the month; those
-- that were paid, with their days.
with

cells as (

    select * from {{ ref('kpi_days_to_pay') }}

),

claims as (

    select * from {{ ref('fct_claims') }}
    where first_submitted_date is not null

),

payers as (

    select * from {{ ref('dim_payer') }}

),

drilled as (

    select
        cells.kpi_days_to_pay_key,
        claims.claim_key,

        coalesce(claims.days_to_payment, 0) as numerator,
        case when claims.days_to_payment is not null then 1 else 0 end as denominator,

        claims.first_submitted_date,
        claims.first_payer_payment_date

    from claims
    inner join payers
        on claims.payer_key = payers.payer_key
    inner join cells
        on
            payers.current_payer_key = cells.payer_key
            and claims.facility_key = cells.facility_key
            and cast({{ dbt.date_trunc('month', 'claims.first_submitted_date') }} as date)
            = cells.month_start_date
    where {{ is_of_cell('cells.kpi_days_to_pay_key') }}

)

select * from drilled
