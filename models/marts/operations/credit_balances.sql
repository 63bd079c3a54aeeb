with

intervals as {{ inlined() }} (

    select * from {{ ref('int_ar__balance_intervals') }}

),

claims as (

    select * from {{ ref('fct_claims') }}

),

payers as (

    select * from {{ ref('dim_payer') }}

),

as_of as (

    select * from {{ ref('int_calendar__as_of') }}

),

standing_credits as (

    select
        claim_key,
        responsibility,

        -balance_amount as credit_amount

    from intervals
    where valid_to = cast('9999-12-31' as date) and balance_amount < 0

),

last_without_credit as (

    select
        intervals.claim_key,
        intervals.responsibility,

        max(intervals.valid_to) as valid_to

    from intervals
    inner join standing_credits
        on
            intervals.claim_key = standing_credits.claim_key
            and intervals.responsibility = standing_credits.responsibility
    where intervals.balance_amount >= 0
    group by intervals.claim_key, intervals.responsibility

),

credit_starts as (

    -- a credit that was refunded and came again is as old as its last coming; what merely changed
    -- its amount is as old as before
    select
        intervals.claim_key,
        intervals.responsibility,

        min(intervals.valid_from) as credit_since_date

    from intervals
    inner join standing_credits
        on
            intervals.claim_key = standing_credits.claim_key
            and intervals.responsibility = standing_credits.responsibility
    left join last_without_credit
        on
            intervals.claim_key = last_without_credit.claim_key
            and intervals.responsibility = last_without_credit.responsibility
    where
        intervals.valid_from > coalesce(last_without_credit.valid_to, cast('1900-01-01' as date))
    group by intervals.claim_key, intervals.responsibility

),

owed as (

    select
        standing_credits.claim_key,
        case standing_credits.responsibility
            when 'primary' then claims.payer_key
            when 'secondary' then claims.secondary_payer_key
        end as owed_payer_key,
        claims.patient_key,
        claims.facility_key,

        standing_credits.responsibility as owed_to,

        standing_credits.credit_amount,

        credit_starts.credit_since_date

    from standing_credits
    inner join claims
        on standing_credits.claim_key = claims.claim_key
    inner join credit_starts
        on
            standing_credits.claim_key = credit_starts.claim_key
            and standing_credits.responsibility = credit_starts.responsibility

),

credits as (

    -- 42 CFR 401.305: what Medicare or Medicaid overpaid goes back within 60 days of being found;
    -- found is, at the latest, when the account shows it
    select
        {{ surrogate_key(['owed.claim_key', 'owed.owed_to']) }} as credit_balance_key,
        owed.claim_key,
        owed.owed_payer_key,
        owed.patient_key,
        owed.facility_key,

        owed.owed_to,

        cast(owed.credit_amount as {{ type_money() }}) as credit_amount,
        {{ days_between('owed.credit_since_date', 'as_of.as_of_date') }} as age_days,

        owed.credit_since_date,
        case
            when payers.payer_group = 'government'
                then cast({{ dbt.dateadd('day', 60, 'owed.credit_since_date') }} as date)
        end as return_by_date,
        as_of.as_of_date

    from owed
    left join payers
        on owed.owed_payer_key = payers.payer_key
    cross join as_of

)

select * from credits
