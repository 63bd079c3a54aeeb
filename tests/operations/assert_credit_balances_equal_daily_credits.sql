with

credits as (

    select * from {{ ref('credit_balances') }}

),

daily as (

    select * from {{ ref('fct_ar_daily') }}

),

as_of as (

    select * from {{ ref('int_calendar__as_of') }}

),

signed_credits as (

    select
        facility_key,
        owed_to as responsibility,
        credit_amount,
        1 as credit_count
    from credits

    union all

    select
        daily.facility_key,
        daily.responsibility,
        -daily.credit_balance_amount as credit_amount,
        -daily.credit_claim_count as credit_count
    from daily
    inner join as_of
        on daily.snapshot_date = as_of.as_of_date

),

differences as (

    select
        facility_key,
        responsibility,

        sum(credit_amount) as difference,
        sum(credit_count) as count_difference

    from signed_credits
    group by facility_key, responsibility

)

select * from differences
where difference <> 0 or count_difference <> 0
