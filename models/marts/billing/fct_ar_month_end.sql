{{ config(materialized='incremental', incremental_strategy='replace_snapshots') }}

with

bucket_intervals as {{ inlined() }} (

    select * from {{ ref('int_ar__bucket_intervals') }}

),

snapshot_dates as {{ inlined() }} (

    select * from {{ ref('int_calendar__snapshot_dates') }}

),

claims as (

    select * from {{ ref('fct_claims') }}

),

open_intervals as (

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
        bucket_intervals.aging_start_date,
        snapshot_dates.snapshot_date,
        snapshot_dates.is_month_end
    from bucket_intervals
    inner join snapshot_dates
        on
            snapshot_dates.snapshot_date
            between bucket_intervals.valid_from and bucket_intervals.valid_to
    where {{ is_of_changed_claim('bucket_intervals.claim_key') }}

    union all

    -- of the other claims, a nightly run lacks the days since the run before
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
        bucket_intervals.aging_start_date,
        snapshot_dates.snapshot_date,
        snapshot_dates.is_month_end
    from bucket_intervals
    inner join snapshot_dates
        on
            snapshot_dates.snapshot_date
            between bucket_intervals.valid_from and bucket_intervals.valid_to
            and snapshot_dates.snapshot_date > {{ previous_as_of_date() }}
    where
        bucket_intervals.valid_to > {{ previous_as_of_date() }}
        and not {{ is_of_changed_claim('bucket_intervals.claim_key') }}

),

snapshot as (

    select
        {{ surrogate_key([
            'open_intervals.snapshot_date', 'open_intervals.claim_key', 'open_intervals.responsibility'
        ]) }} as ar_month_end_key,
        open_intervals.claim_key,
        open_intervals.payer_key,
        open_intervals.facility_key,

        open_intervals.responsibility,
        open_intervals.aging_bucket,

        open_intervals.bucket_sort,
        greatest(
            {{ days_between('open_intervals.aging_start_date', 'open_intervals.snapshot_date') }}, 0
        ) as age_days,
        open_intervals.balance_amount,
        open_intervals.gross_balance_amount,
        open_intervals.credit_balance_amount,
        open_intervals.net_balance_amount,

        -- self-pay accounts are billed to the patient as soon as they are charged
        claims.is_insured
        and coalesce(claims.first_submitted_date > open_intervals.snapshot_date, true)
            as is_unbilled,
        open_intervals.is_month_end,

        open_intervals.snapshot_date

    from open_intervals
    inner join claims
        on open_intervals.claim_key = claims.claim_key

)

select * from snapshot
