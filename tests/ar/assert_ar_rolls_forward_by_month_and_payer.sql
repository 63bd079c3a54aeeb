with

balances as (

    select * from {{ ref('fct_ar_month_end') }}

),

transactions as (

    select * from {{ ref('fct_ar_transactions') }}

),

snapshot_dates as (

    select * from {{ ref('int_calendar__snapshot_dates') }}

),

periods as (

    select
        snapshot_date,
        coalesce(
            lag(snapshot_date) over (order by snapshot_date), cast('1900-01-01' as date)
        ) as previous_snapshot_date

    from snapshot_dates

),

cells as (

    select distinct
        payer_key,
        responsibility

    from transactions

),

entries_by_period as (

    select
        periods.snapshot_date,
        transactions.payer_key,
        transactions.responsibility,

        sum(transactions.amount) as amount

    from transactions
    inner join periods
        on
            transactions.post_date > periods.previous_snapshot_date
            and transactions.post_date <= periods.snapshot_date
    group by 1, 2, 3

),

balances_by_period as (

    select
        snapshot_date,
        payer_key,
        responsibility,

        sum(balance_amount) as amount

    from balances
    group by 1, 2, 3

),

rolled as (

    select
        periods.snapshot_date,
        cells.payer_key,
        cells.responsibility,

        coalesce(
            lag(balances_by_period.amount) over (
                partition by cells.payer_key, cells.responsibility
                order by periods.snapshot_date
            ), 0
        ) as opening_amount,
        coalesce(entries_by_period.amount, 0) as entries_amount,
        coalesce(balances_by_period.amount, 0) as closing_amount

    from periods
    cross join cells
    left join entries_by_period
        on
            periods.snapshot_date = entries_by_period.snapshot_date
            and cells.payer_key = entries_by_period.payer_key
            and cells.responsibility = entries_by_period.responsibility
    left join balances_by_period
        on
            periods.snapshot_date = balances_by_period.snapshot_date
            and cells.payer_key = balances_by_period.payer_key
            and cells.responsibility = balances_by_period.responsibility

)

select * from rolled
where opening_amount + entries_amount <> closing_amount
