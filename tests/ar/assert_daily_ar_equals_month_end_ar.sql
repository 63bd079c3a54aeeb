with

daily as (

    select * from {{ ref('fct_ar_daily') }}

),

month_ends as (

    select * from {{ ref('fct_ar_month_end') }}

),

snapshot_dates as (

    select * from {{ ref('int_calendar__snapshot_dates') }}

),

signed_balances as (

    select
        daily.snapshot_date,
        daily.payer_key,
        daily.facility_key,
        daily.responsibility,
        daily.aging_bucket,
        daily.bucket_sort,
        daily.gross_balance_amount,
        daily.net_balance_amount,
        daily.credit_balance_amount,
        daily.claim_count,
        daily.credit_claim_count
    from daily
    inner join snapshot_dates
        on daily.snapshot_date = snapshot_dates.snapshot_date

    union all

    select
        snapshot_date,
        payer_key,
        facility_key,
        responsibility,
        aging_bucket,
        bucket_sort,
        -gross_balance_amount as gross_balance_amount,
        -net_balance_amount as net_balance_amount,
        -credit_balance_amount as credit_balance_amount,
        case when balance_amount > 0 then -1 else 0 end as claim_count,
        case when balance_amount < 0 then -1 else 0 end as credit_claim_count
    from month_ends

),

differences as (

    select
        snapshot_date,
        payer_key,
        facility_key,
        responsibility,
        aging_bucket,
        bucket_sort,

        sum(gross_balance_amount) as gross_difference_amount,
        sum(net_balance_amount) as net_difference_amount,
        sum(credit_balance_amount) as credit_difference_amount,
        sum(claim_count) as claim_difference,
        sum(credit_claim_count) as credit_claim_difference

    from signed_balances
    group by 1, 2, 3, 4, 5, 6

)

select * from differences
where
    gross_difference_amount <> 0
    or net_difference_amount <> 0
    or credit_difference_amount <> 0
    or claim_difference <> 0
    or credit_claim_difference <> 0
