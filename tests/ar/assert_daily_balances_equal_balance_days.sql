with

balance_intervals as (

    select * from {{ ref('int_ar__balance_intervals') }}

),

transactions as (

    select * from {{ ref('fct_ar_transactions') }}

),

as_of as (

    select * from {{ ref('int_calendar__as_of') }}

),

signed_balance_days as (

    -- each day's balance, added up over the days
    select
        balance_intervals.responsibility,
        balance_intervals.balance_amount * (
            {{ days_between(
                'balance_intervals.valid_from',
                'least(balance_intervals.valid_to, as_of.as_of_date)'
            ) }} + 1
        ) as balance_days
    from balance_intervals
    cross join as_of
    where balance_intervals.valid_from <= as_of.as_of_date

    union all

    -- each entry, as often as it has been part of a day's balance
    select
        transactions.responsibility,
        -transactions.amount
        * ({{ days_between('transactions.post_date', 'as_of.as_of_date') }} + 1) as balance_days
    from transactions
    cross join as_of
    where transactions.post_date <= as_of.as_of_date

),

differences as (

    select
        responsibility,

        sum(balance_days) as difference_days

    from signed_balance_days
    group by 1

)

select * from differences
where difference_days <> 0
