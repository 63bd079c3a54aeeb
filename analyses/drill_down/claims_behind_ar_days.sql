-- Which claims make days in A/R? The open, or credit, balances of each cell of kpi_ar_days with
-- what they add to its numerator, and the charges and charity of its window with what they add to
-- its denominator.
{% set window = var('ar_days_window') %}

with

ar_days as (

    select * from {{ ref('kpi_ar_days') }}

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

transactions as (

    select * from {{ ref('fct_ar_transactions') }}
    where transaction_type = 'charity'

),

payers as (

    select * from {{ ref('dim_payer') }}

),

cells as (

    select
        kpi_ar_days_key,
        payer_key,
        facility_key,
        definition_id,
        as_of_date,
        cast({{ dbt.dateadd('day', 1 - window, 'as_of_date') }} as date) as window_start_date

    from ar_days

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

    select
        transactions.claim_key,
        transactions.payer_key,
        transactions.facility_key,
        0 as gross_revenue_amount,
        transactions.amount as net_revenue_amount,
        claims.service_date as revenue_date,
        transactions.post_date
    from transactions
    inner join claims
        on transactions.claim_key = claims.claim_key

),

drilled as (

    select
        cells.kpi_ar_days_key,
        balances.claim_key,

        case cells.definition_id
            when 'FM-1' then balances.net_balance_amount
            when 'AR-9' then balances.credit_balance_amount
            else balances.gross_balance_amount
        end as numerator,
        0 as denominator

    from balances
    inner join payers
        on balances.payer_key = payers.payer_key
    inner join cells
        on
            payers.current_payer_key = cells.payer_key
            and balances.facility_key = cells.facility_key
            and balances.snapshot_date = cells.as_of_date
    where {{ is_of_cell('cells.kpi_ar_days_key') }}

    union all

    select
        cells.kpi_ar_days_key,
        revenue_entries.claim_key,

        0 as numerator,
        case cells.definition_id
            when 'RCM-GROSS-AR-DAYS' then revenue_entries.gross_revenue_amount
            else revenue_entries.net_revenue_amount
        end / cast({{ window }} as numeric(14, 2)) as denominator

    from revenue_entries
    inner join payers
        on revenue_entries.payer_key = payers.payer_key
    inner join cells
        on
            payers.current_payer_key = cells.payer_key
            and revenue_entries.facility_key = cells.facility_key
            and revenue_entries.revenue_date between cells.window_start_date and cells.as_of_date
            and revenue_entries.post_date <= cells.as_of_date
    where {{ is_of_cell('cells.kpi_ar_days_key') }}

)

select * from drilled
