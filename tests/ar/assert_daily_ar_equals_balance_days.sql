with

daily as (

    select * from {{ ref('fct_ar_daily') }}

),

balance_intervals as (

    select * from {{ ref('int_ar__balance_intervals') }}

),

claims as (

    select * from {{ ref('fct_claims') }}

),

as_of as (

    select * from {{ ref('int_calendar__as_of') }}

),

interval_days as (

    -- the days of a balance that fct_ar_daily has: those of the calendar, up to as_of_date
    select
        claims.payer_key,
        claims.facility_key,
        balance_intervals.responsibility,
        balance_intervals.balance_amount,
        {{ days_between(
            'greatest(balance_intervals.valid_from, cast(\'' ~ var('calendar_start_date')
            ~ '\' as date))',
            'least(balance_intervals.valid_to, as_of.as_of_date)'
        ) }} + 1 as open_days

    from balance_intervals
    inner join claims
        on balance_intervals.claim_key = claims.claim_key
    cross join as_of

),

signed_balance_days as (

    select
        payer_key,
        facility_key,
        responsibility,
        gross_balance_amount as gross_balance_days,
        credit_balance_amount as credit_balance_days
    from daily

    union all

    select
        payer_key,
        facility_key,
        responsibility,
        -greatest(balance_amount, 0) * open_days as gross_balance_days,
        -greatest(-balance_amount, 0) * open_days as credit_balance_days
    from interval_days
    where open_days > 0

),

differences as (

    select
        payer_key,
        facility_key,
        responsibility,

        sum(gross_balance_days) as gross_difference_days,
        sum(credit_balance_days) as credit_difference_days

    from signed_balance_days
    group by 1, 2, 3

)

select * from differences
where gross_difference_days <> 0 or credit_difference_days <> 0
