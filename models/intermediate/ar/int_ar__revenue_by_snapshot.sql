with

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

snapshot_dates as (

    select * from {{ ref('int_calendar__snapshot_dates') }}

),

revenue_entries as (

    -- revenue belongs to the day of the service, which no later event moves; what was written off
    -- to charity was never revenue
    select
        payer_key,
        facility_key,

        charge_amount as gross_revenue_amount,
        expected_allowed_amount as net_revenue_amount,

        service_date as revenue_date,
        post_date

    from charges

    union all

    select
        transactions.payer_key,
        transactions.facility_key,

        cast(0 as {{ type_money() }}) as gross_revenue_amount,
        transactions.amount as net_revenue_amount,

        claims.service_date as revenue_date,
        transactions.post_date

    from transactions
    inner join claims
        on transactions.claim_key = claims.claim_key

),

revenue_by_day as (

    select
        payer_key,
        facility_key,

        revenue_date,
        post_date,

        sum(gross_revenue_amount) as gross_revenue_amount,
        sum(net_revenue_amount) as net_revenue_amount

    from revenue_entries
    group by 1, 2, 3, 4

),

first_day as (

    select min(revenue_date) as first_revenue_date
    from revenue_by_day

),

windows as (

    select
        snapshot_date,
        is_month_end,
        cast({{ dbt.dateadd('day', 1 - var('ar_days_window'), 'snapshot_date') }} as date)
            as window_start_date

    from snapshot_dates

),

full_windows as (

    -- until the window is full the average would be of too few days
    select
        windows.snapshot_date,
        windows.is_month_end,
        windows.window_start_date

    from windows
    cross join first_day
    where windows.window_start_date >= first_day.first_revenue_date

),

revenue_by_snapshot as (

    -- as it was known on the day: only what had been posted by then counts
    select
        full_windows.snapshot_date,
        full_windows.is_month_end,
        revenue_by_day.payer_key,
        revenue_by_day.facility_key,

        sum(revenue_by_day.gross_revenue_amount) as gross_revenue_amount,
        sum(revenue_by_day.net_revenue_amount) as net_revenue_amount

    from full_windows
    inner join revenue_by_day
        on
            full_windows.window_start_date <= revenue_by_day.revenue_date
            and full_windows.snapshot_date >= revenue_by_day.revenue_date
            and full_windows.snapshot_date >= revenue_by_day.post_date
    group by 1, 2, 3, 4

)

select * from revenue_by_snapshot
