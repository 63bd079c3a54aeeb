with

balances as (

    select * from {{ ref('fct_ar_month_end') }}

),

days as (

    select * from {{ ref('kpi_ar_days') }}

),

payers as (

    select * from {{ ref('dim_payer') }}

),

facilities as (

    select * from {{ ref('dim_facility') }}

),

totals as (

    select
        snapshot_date,

        sum(gross_balance_amount) as gross_balance_amount,
        sum(net_balance_amount) as net_balance_amount

    from balances
    group by 1

),

payer_sums as (

    -- as a report by payer and facility reads it: a balance without either would be missing
    select
        balances.snapshot_date,

        sum(balances.gross_balance_amount) as gross_balance_amount,
        sum(balances.net_balance_amount) as net_balance_amount

    from balances
    inner join payers
        on balances.payer_key = payers.payer_key
    inner join facilities
        on balances.facility_key = facilities.facility_key
    group by 1

),

day_sums as (

    select
        as_of_date as snapshot_date,

        sum(case when kpi_id = 'gross_ar_days' then numerator end) as gross_balance_amount,
        sum(case when kpi_id = 'net_ar_days' then numerator end) as net_balance_amount

    from days
    group by 1

),

compared as (

    select
        totals.snapshot_date,
        'fct_ar_month_end by payer and facility' as what,
        totals.gross_balance_amount as gross_total_amount,
        payer_sums.gross_balance_amount as gross_sum_amount,
        totals.net_balance_amount as net_total_amount,
        payer_sums.net_balance_amount as net_sum_amount
    from totals
    left join payer_sums
        on totals.snapshot_date = payer_sums.snapshot_date

    union all

    -- snapshots before the window of revenue is full have no days in A/R
    select
        day_sums.snapshot_date,
        'kpi_ar_days' as what,
        totals.gross_balance_amount as gross_total_amount,
        day_sums.gross_balance_amount as gross_sum_amount,
        totals.net_balance_amount as net_total_amount,
        day_sums.net_balance_amount as net_sum_amount
    from day_sums
    left join totals
        on day_sums.snapshot_date = totals.snapshot_date

)

select * from compared
where
    coalesce(gross_total_amount, 0) <> coalesce(gross_sum_amount, 0)
    or coalesce(net_total_amount, 0) <> coalesce(net_sum_amount, 0)
