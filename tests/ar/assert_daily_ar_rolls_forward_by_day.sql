with

daily as (

    select * from {{ ref('fct_ar_daily') }}

),

transactions as (

    select * from {{ ref('fct_ar_transactions') }}

),

as_of as (

    select * from {{ ref('int_calendar__as_of') }}

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

signed_amounts as (

    select
        payer_key,
        facility_key,
        responsibility,
        snapshot_date,
        amount as closing_amount,
        0 as opening_amount,
        0 as entries_amount
    from balances_by_day

    union all

    -- each day's closing opens the next
    select
        balances_by_day.payer_key,
        balances_by_day.facility_key,
        balances_by_day.responsibility,
        cast({{ dbt.dateadd('day', 1, 'balances_by_day.snapshot_date') }} as date)
            as snapshot_date,
        0 as closing_amount,
        balances_by_day.amount as opening_amount,
        0 as entries_amount
    from balances_by_day
    cross join as_of
    where balances_by_day.snapshot_date < as_of.as_of_date

    union all

    -- what was posted before the calendar begins is there on its first day
    select
        transactions.payer_key,
        transactions.facility_key,
        transactions.responsibility,
        greatest(transactions.post_date, cast('{{ var("calendar_start_date") }}' as date))
            as snapshot_date,
        0 as closing_amount,
        0 as opening_amount,
        transactions.amount as entries_amount
    from transactions
    cross join as_of
    where transactions.post_date <= as_of.as_of_date

),

rolled as (

    select
        payer_key,
        facility_key,
        responsibility,
        snapshot_date,

        sum(opening_amount) as opening_amount,
        sum(entries_amount) as entries_amount,
        sum(closing_amount) as closing_amount

    from signed_amounts
    group by 1, 2, 3, 4

)

select * from rolled
where opening_amount + entries_amount <> closing_amount
