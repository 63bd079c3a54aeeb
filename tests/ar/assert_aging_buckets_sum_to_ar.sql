with

buckets as (

    select * from {{ ref('kpi_ar_aging') }}

),

transactions as (

    select * from {{ ref('fct_ar_transactions') }}

),

payers as (

    select * from {{ ref('dim_payer') }}

),

snapshot_dates as (

    select * from {{ ref('int_calendar__snapshot_dates') }}

),

posted_by_day as (

    select
        payers.current_payer_key as payer_key,
        transactions.facility_key,
        transactions.responsibility,
        transactions.post_date,

        sum(transactions.amount) as amount

    from transactions
    inner join payers
        on transactions.payer_key = payers.payer_key
    group by 1, 2, 3, 4

),

signed_balances as (

    select
        as_of_date as snapshot_date,
        payer_key,
        facility_key,
        responsibility,
        gross_balance_amount - credit_balance_amount as amount
    from buckets

    union all

    -- all that had been posted by the day, whatever its age
    select
        snapshot_dates.snapshot_date,
        posted_by_day.payer_key,
        posted_by_day.facility_key,
        posted_by_day.responsibility,
        -posted_by_day.amount as amount
    from posted_by_day
    inner join snapshot_dates
        on posted_by_day.post_date <= snapshot_dates.snapshot_date

),

differences as (

    select
        snapshot_date,
        payer_key,
        facility_key,
        responsibility,

        sum(amount) as difference_amount

    from signed_balances
    group by 1, 2, 3, 4

)

select * from differences
where difference_amount <> 0
