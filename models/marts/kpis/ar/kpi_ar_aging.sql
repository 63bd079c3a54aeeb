with

balances as (

    select * from {{ ref('fct_ar_month_end') }}

),

targets as (

    select * from {{ ref('kpi_targets') }}
    where kpi_id = 'ar_over_90_rate'

),

buckets as (

    select
        snapshot_date,
        payer_key,
        facility_key,
        responsibility,
        aging_bucket,
        bucket_sort,
        is_month_end,

        sum(gross_balance_amount) as gross_balance_amount,
        sum(net_balance_amount) as net_balance_amount,
        sum(credit_balance_amount) as credit_balance_amount,
        sum(case when is_unbilled then 0 else gross_balance_amount end)
            as billed_balance_amount,
        count(*) as claim_count

    from balances
    group by
        snapshot_date,
        payer_key,
        facility_key,
        responsibility,
        aging_bucket,
        bucket_sort,
        is_month_end

),

rated as (

    -- AR-1: a bucket's share of billed A/R. Summed over facilities and responsibilities of a payer
    -- group it is AR-2; over everything it is the AR-1 of the house.
    select
        {{ surrogate_key([
            'buckets.snapshot_date', 'buckets.payer_key', 'buckets.facility_key',
            'buckets.responsibility', 'buckets.aging_bucket'
        ]) }} as kpi_ar_aging_key,
        buckets.payer_key,
        buckets.facility_key,

        'AR-1' as definition_id,
        buckets.responsibility,
        buckets.aging_bucket,

        buckets.bucket_sort,
        cast(buckets.claim_count as integer) as claim_count,
        cast(buckets.gross_balance_amount as {{ type_money() }}) as gross_balance_amount,
        cast(buckets.net_balance_amount as {{ type_money() }}) as net_balance_amount,
        cast(buckets.credit_balance_amount as {{ type_money() }}) as credit_balance_amount,
        cast(buckets.billed_balance_amount as {{ type_money() }}) as numerator,
        cast(
            sum(buckets.billed_balance_amount) over (
                partition by
                    buckets.snapshot_date,
                    buckets.payer_key,
                    buckets.facility_key,
                    buckets.responsibility
            ) as {{ type_money() }}
        ) as denominator,
        cast(targets.target_value as {{ type_rate() }}) as over_90_target_rate,

        buckets.bucket_sort
        > {{ var('aging_bucket_edges') | select('le', 90) | list | length }} as is_over_90,
        buckets.is_month_end,

        buckets.snapshot_date as as_of_date,
        cast({{ dbt.date_trunc('month', 'buckets.snapshot_date') }} as date) as month_start_date

    from buckets
    cross join targets

),

shared as (

    select
        kpi_ar_aging_key,
        payer_key,
        facility_key,

        definition_id,
        responsibility,
        aging_bucket,

        bucket_sort,
        claim_count,
        gross_balance_amount,
        net_balance_amount,
        credit_balance_amount,
        numerator,
        denominator,
        {{ rate('numerator', 'denominator') }} as rate,
        over_90_target_rate,

        is_over_90,
        is_month_end,

        as_of_date,
        month_start_date

    from rated

)

select * from shared
