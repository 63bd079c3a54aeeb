-- Which claims make the cash of a month? The payments, takebacks and refunds of each cell of
-- kpi_cash_collections, and a third of each charge, and charity, of its three months of revenue.
with

cash_collections as (

    select * from {{ ref('kpi_cash_collections') }}

),

transactions as (

    select * from {{ ref('fct_ar_transactions') }}

),

charges as (

    select * from {{ ref('fct_charges') }}

),

payers as (

    select * from {{ ref('dim_payer') }}

),

entries as (

    select
        claim_key,
        payer_key,
        facility_key,
        -amount as cash_amount,
        0 as net_revenue_amount,
        post_date
    from transactions
    where transaction_type in ('payer_payment', 'patient_payment', 'refund')

    union all

    select
        claim_key,
        payer_key,
        facility_key,
        0 as cash_amount,
        amount as net_revenue_amount,
        post_date
    from transactions
    where transaction_type = 'charity'

    union all

    select
        claim_key,
        payer_key,
        facility_key,
        0 as cash_amount,
        expected_allowed_amount as net_revenue_amount,
        post_date
    from charges

),

cells as (

    select
        kpi_cash_collections_key,
        payer_key,
        facility_key,
        month_start_date,
        cast({{ dbt.dateadd('month', -2, 'month_start_date') }} as date) as window_start_date,
        cast({{ dbt.last_day('month_start_date', 'month') }} as date) as month_end_date

    from cash_collections

),

drilled as (

    select
        cells.kpi_cash_collections_key,
        entries.claim_key,

        case
            when entries.post_date >= cells.month_start_date then entries.cash_amount
            else 0
        end as numerator,
        entries.net_revenue_amount / cast(3 as numeric(14, 2)) as denominator

    from entries
    inner join payers
        on entries.payer_key = payers.payer_key
    inner join cells
        on
            payers.current_payer_key = cells.payer_key
            and entries.facility_key = cells.facility_key
            and entries.post_date between cells.window_start_date and cells.month_end_date
    where
        (entries.net_revenue_amount <> 0 or entries.post_date >= cells.month_start_date)
        and {{ is_of_cell('cells.kpi_cash_collections_key') }}

)

select * from drilled
