-- Which claims make days in A/R? One row per balance that is open at the snapshot of a cell of
-- kpi_ar_days, and one per charge, or charity, of the trailing window that it is divided by.
{% set window_days = var('ar_days_window') %}

with

cells as (

    select * from {{ ref('kpi_ar_days') }}
    where {{ is_of_cell('kpi_ar_days_key') }}

),

balances as (

    select * from {{ ref('fct_ar_month_end') }}

),

charges as (

    select * from {{ ref('fct_charges') }}

),

claims as (

    select * from {{ ref('fct_claims') }}

),

charities as (

    select * from {{ ref('fct_ar_transactions') }}
    where transaction_type = 'charity'

),

payers as {{ inlined() }} (

    select * from {{ ref('dim_payer') }}

),

revenue_entries as (

    select
        claim_key,
        payer_key,
        facility_key,
        charge_amount as gross_revenue_amount,
        expected_allowed_amount as net_revenue_amount,
        service_date as revenue_date,
        post_date
    from charges

    union all

    -- a ledger entry lowers the balance, and the revenue of the day of the service
    select
        charities.claim_key,
        charities.payer_key,
        charities.facility_key,
        0 as gross_revenue_amount,
        charities.amount as net_revenue_amount,
        claims.service_date as revenue_date,
        charities.post_date
    from charities
    inner join claims
        on charities.claim_key = claims.claim_key

),

open_balances as (

    select
        balances.claim_key,
        payers.current_payer_key as payer_key,
        balances.facility_key,
        balances.gross_balance_amount,
        balances.net_balance_amount,
        balances.credit_balance_amount,
        balances.snapshot_date

    from balances
    inner join payers
        on balances.payer_key = payers.payer_key

),

revenue as (

    select
        revenue_entries.claim_key,
        payers.current_payer_key as payer_key,
        revenue_entries.facility_key,
        revenue_entries.gross_revenue_amount,
        revenue_entries.net_revenue_amount,
        revenue_entries.revenue_date,
        revenue_entries.post_date

    from revenue_entries
    inner join payers
        on revenue_entries.payer_key = payers.payer_key

),

drilled as (

    select
        cells.kpi_ar_days_key,
        open_balances.claim_key,

        case cells.definition_id
            when 'FM-1' then open_balances.net_balance_amount
            when 'AR-9' then open_balances.credit_balance_amount
            else open_balances.gross_balance_amount
        end as numerator,
        0 as denominator

    from cells
    inner join open_balances
        on
            cells.as_of_date = open_balances.snapshot_date
            and cells.payer_key = open_balances.payer_key
            and cells.facility_key = open_balances.facility_key

    union all

    select
        cells.kpi_ar_days_key,
        revenue.claim_key,

        0 as numerator,
        case
            when cells.definition_id in ('FM-1', 'AR-9') then revenue.net_revenue_amount
            else revenue.gross_revenue_amount
        end / cast({{ window_days }} as numeric(18, 6)) as denominator

    from cells
    inner join revenue
        on
            cells.payer_key = revenue.payer_key
            and cells.facility_key = revenue.facility_key
            and {{ dbt.dateadd('day', 1 - window_days, 'cells.as_of_date') }}
            <= revenue.revenue_date
            and cells.as_of_date >= revenue.revenue_date
            and cells.as_of_date >= revenue.post_date

)

select * from drilled
