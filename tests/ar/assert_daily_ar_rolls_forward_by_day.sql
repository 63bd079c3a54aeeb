with

daily as (

    select * from {{ ref('fct_ar_daily') }}

),

transactions as (

    select * from {{ ref('fct_ar_transactions') }}

),

dates as (

    select * from {{ ref('dim_date') }}

),

as_of as (

    select * from {{ ref('int_calendar__as_of') }}

),

first_entry as (

    select min(post_date) as first_post_date
    from transactions

),

days as (

    select dates.date_key as snapshot_date
    from dates
    cross join as_of
    cross join first_entry
    where dates.date_key between first_entry.first_post_date and as_of.as_of_date

),

first_day as (

    select min(snapshot_date) as first_snapshot_date
    from days

),

cells as (

    -- from both sides: a balance without an entry is as wrong as an entry without a balance
    select
        payer_key,
        facility_key,
        responsibility
    from transactions

    union

    select
        payer_key,
        facility_key,
        responsibility
    from daily

),

entries_by_day as (

    -- what was posted before the calendar begins is there on its first day
    select
        transactions.payer_key,
        transactions.facility_key,
        transactions.responsibility,
        greatest(transactions.post_date, first_day.first_snapshot_date) as snapshot_date,

        sum(transactions.amount) as amount

    from transactions
    cross join first_day
    group by 1, 2, 3, 4

),

balances_by_day as (

    -- over buckets; credits are kept apart by claim, so the ledger equals gross less credit
    select
        payer_key,
        facility_key,
        responsibility,
        snapshot_date,

        sum(gross_balance_amount - credit_balance_amount) as amount

    from daily
    group by 1, 2, 3, 4

),

rolled as (

    select
        days.snapshot_date,
        cells.payer_key,
        cells.facility_key,
        cells.responsibility,

        coalesce(
            lag(balances_by_day.amount) over (
                partition by cells.payer_key, cells.facility_key, cells.responsibility
                order by days.snapshot_date
            ), 0
        ) as opening_amount,
        coalesce(entries_by_day.amount, 0) as entries_amount,
        coalesce(balances_by_day.amount, 0) as closing_amount

    from days
    cross join cells
    left join entries_by_day
        on
            days.snapshot_date = entries_by_day.snapshot_date
            and cells.payer_key = entries_by_day.payer_key
            and cells.facility_key = entries_by_day.facility_key
            and cells.responsibility = entries_by_day.responsibility
    left join balances_by_day
        on
            days.snapshot_date = balances_by_day.snapshot_date
            and cells.payer_key = balances_by_day.payer_key
            and cells.facility_key = balances_by_day.facility_key
            and cells.responsibility = balances_by_day.responsibility

)

select * from rolled
where opening_amount + entries_amount <> closing_amount
