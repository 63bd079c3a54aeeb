with

bucket_intervals as (

    select * from {{ ref('int_ar__bucket_intervals') }}

),

snapshot_dates as (

    select * from {{ ref('int_calendar__snapshot_dates') }}

),

claims as (

    select * from {{ ref('fct_claims') }}

),

open_balances as (

    select
        bucket_intervals.claim_key,
        bucket_intervals.payer_key,
        bucket_intervals.facility_key,

        bucket_intervals.responsibility,
        bucket_intervals.aging_bucket,

        bucket_intervals.bucket_sort,
        bucket_intervals.balance_amount,
        bucket_intervals.gross_balance_amount,
        bucket_intervals.credit_balance_amount,
        bucket_intervals.net_balance_amount,

        snapshot_dates.is_month_end,

        bucket_intervals.aging_start_date,
        snapshot_dates.snapshot_date

    from bucket_intervals
    inner join snapshot_dates
        on
            snapshot_dates.snapshot_date
            between bucket_intervals.valid_from and bucket_intervals.valid_to

),

snapshot as (

    select
        {{ surrogate_key([
            'open_balances.snapshot_date', 'open_balances.claim_key', 'open_balances.responsibility'
        ]) }} as ar_month_end_key,
        open_balances.claim_key,
        open_balances.payer_key,
        open_balances.facility_key,

        open_balances.responsibility,
        open_balances.aging_bucket,

        open_balances.bucket_sort,
        greatest(
            {{ days_between('open_balances.aging_start_date', 'open_balances.snapshot_date') }}, 0
        ) as age_days,
        open_balances.balance_amount,
        open_balances.gross_balance_amount,
        open_balances.credit_balance_amount,
        open_balances.net_balance_amount,

        -- self-pay accounts are billed to the patient as soon as they are charged
        claims.is_insured
        and coalesce(claims.first_submitted_date > open_balances.snapshot_date, true)
            as is_unbilled,
        open_balances.is_month_end,

        open_balances.snapshot_date

    from open_balances
    inner join claims
        on open_balances.claim_key = claims.claim_key

)

select * from snapshot
