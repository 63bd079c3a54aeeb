with

bucket_intervals as {{ inlined() }} (

    select * from {{ ref('int_ar__bucket_intervals') }}

),

as_of as {{ inlined() }} (

    select * from {{ ref('int_calendar__as_of') }}

),

signed_changes as (

    select
        bucket_intervals.payer_key,
        bucket_intervals.facility_key,
        bucket_intervals.responsibility,
        bucket_intervals.aging_bucket,
        bucket_intervals.bucket_sort,
        bucket_intervals.gross_balance_amount,
        bucket_intervals.net_balance_amount,
        bucket_intervals.credit_balance_amount,
        case when bucket_intervals.balance_amount > 0 then 1 else 0 end as claim_count,
        case when bucket_intervals.balance_amount < 0 then 1 else 0 end as credit_claim_count,
        bucket_intervals.valid_from as change_date
    from bucket_intervals
    cross join as_of
    where bucket_intervals.valid_from <= as_of.as_of_date

    union all

    -- what is still there on the last day has not left
    select
        bucket_intervals.payer_key,
        bucket_intervals.facility_key,
        bucket_intervals.responsibility,
        bucket_intervals.aging_bucket,
        bucket_intervals.bucket_sort,
        -bucket_intervals.gross_balance_amount as gross_balance_amount,
        -bucket_intervals.net_balance_amount as net_balance_amount,
        -bucket_intervals.credit_balance_amount as credit_balance_amount,
        case when bucket_intervals.balance_amount > 0 then -1 else 0 end as claim_count,
        case when bucket_intervals.balance_amount < 0 then -1 else 0 end as credit_claim_count,
        cast({{ dbt.dateadd('day', 1, 'bucket_intervals.valid_to') }} as date) as change_date
    from bucket_intervals
    cross join as_of
    where bucket_intervals.valid_to < as_of.as_of_date

),

in_calendar as (

    -- what stood open before the calendar begins enters on its first day
    select
        payer_key,
        facility_key,
        responsibility,
        aging_bucket,
        bucket_sort,
        gross_balance_amount,
        net_balance_amount,
        credit_balance_amount,
        claim_count,
        credit_claim_count,
        greatest(change_date, cast('{{ var("calendar_start_date") }}' as date)) as change_date

    from signed_changes

),

summed as (

    select
        payer_key,
        facility_key,
        responsibility,
        aging_bucket,
        bucket_sort,
        change_date,

        sum(gross_balance_amount) as gross_balance_amount,
        sum(net_balance_amount) as net_balance_amount,
        sum(credit_balance_amount) as credit_balance_amount,
        sum(claim_count) as claim_count,
        sum(credit_claim_count) as credit_claim_count

    from in_calendar
    group by 1, 2, 3, 4, 5, 6

),

daily_changes as (

    select
        payer_key,
        facility_key,

        responsibility,
        aging_bucket,

        bucket_sort,
        cast(gross_balance_amount as {{ type_money() }}) as gross_balance_amount,
        cast(net_balance_amount as {{ type_money() }}) as net_balance_amount,
        cast(credit_balance_amount as {{ type_money() }}) as credit_balance_amount,
        cast(claim_count as integer) as claim_count,
        cast(credit_claim_count as integer) as credit_claim_count,

        change_date

    from summed

)

select * from daily_changes
