-- Which claims make the days to payment? One row per claim that was first submitted in the month of
-- a cell of kpi_days_to_pay; the mean counts those that were paid, the shares within 30, 60 and 90
-- days all of them.
with

cells as (

    select * from {{ ref('kpi_days_to_pay') }}
    where {{ is_of_cell('kpi_days_to_pay_key') }}

),

claims as (

    select * from {{ ref('fct_claims') }}

),

payers as (

    select * from {{ ref('dim_payer') }}

),

submitted as (

    select
        claims.claim_key,
        payers.current_payer_key as payer_key,
        claims.facility_key,
        claims.days_to_payment,
        claims.first_submitted_date,
        claims.first_payer_payment_date,
        cast({{ dbt.date_trunc('month', 'claims.first_submitted_date') }} as date)
            as month_start_date

    from claims
    inner join payers
        on claims.payer_key = payers.payer_key
    where claims.first_submitted_date is not null

),

drilled as (

    select
        cells.kpi_days_to_pay_key,
        submitted.claim_key,

        coalesce(submitted.days_to_payment, 0) as numerator,
        case when submitted.days_to_payment is null then 0 else 1 end as denominator,

        submitted.first_submitted_date,
        submitted.first_payer_payment_date

    from cells
    inner join submitted
        on
            cells.payer_key = submitted.payer_key
            and cells.facility_key = submitted.facility_key
            and cells.month_start_date = submitted.month_start_date

)

select * from drilled
