with

balances as (

    select * from {{ ref('fct_ar_month_end') }}

),

payers as (

    select * from {{ ref('dim_payer') }}

),

targets as (

    select * from {{ ref('kpi_targets') }}
    where kpi_id = 'ar_over_90_rate'

),

open_buckets as (

    select
        balances.snapshot_date,
        payers.current_payer_key as payer_key,
        balances.facility_key,
        balances.responsibility,
        balances.bucket_sort,
        balances.is_month_end,

        sum(balances.gross_balance_amount) as gross_balance_amount,
        sum(balances.net_balance_amount) as net_balance_amount,
        sum(balances.credit_balance_amount) as credit_balance_amount,
        sum(case when balances.is_unbilled then 0 else balances.gross_balance_amount end)
            as billed_balance_amount,
        count(*) as claim_count

    from balances
    inner join payers
        on balances.payer_key = payers.payer_key
    group by
        balances.snapshot_date,
        payers.current_payer_key,
        balances.facility_key,
        balances.responsibility,
        balances.bucket_sort,
        balances.is_month_end

),

all_buckets as (

    {% for bucket in aging_buckets() -%}
        select
            '{{ bucket.name }}' as aging_bucket,
            {{ loop.index }} as bucket_sort
        {{ 'union all' if not loop.last }}
    {% endfor %}
),

cells as (

    select
        snapshot_date,
        payer_key,
        facility_key,
        responsibility,
        is_month_end,

        sum(gross_balance_amount) as gross_balance_amount,
        sum(billed_balance_amount) as billed_balance_amount

    from open_buckets
    group by
        snapshot_date,
        payer_key,
        facility_key,
        responsibility,
        is_month_end

),

buckets as (

    -- a bucket that has emptied is a share of zero, not a gap in its trend
    select
        cells.snapshot_date,
        cells.payer_key,
        cells.facility_key,
        cells.responsibility,
        all_buckets.aging_bucket,
        all_buckets.bucket_sort,
        cells.is_month_end,
        cells.gross_balance_amount as total_gross_balance_amount,
        cells.billed_balance_amount as total_billed_balance_amount,
        coalesce(open_buckets.gross_balance_amount, 0) as gross_balance_amount,
        coalesce(open_buckets.net_balance_amount, 0) as net_balance_amount,
        coalesce(open_buckets.credit_balance_amount, 0) as credit_balance_amount,
        coalesce(open_buckets.billed_balance_amount, 0) as billed_balance_amount,
        coalesce(open_buckets.claim_count, 0) as claim_count

    from cells
    cross join all_buckets
    left join open_buckets
        on
            cells.snapshot_date = open_buckets.snapshot_date
            and cells.payer_key = open_buckets.payer_key
            and cells.facility_key = open_buckets.facility_key
            and cells.responsibility = open_buckets.responsibility
            and all_buckets.bucket_sort = open_buckets.bucket_sort

),

measured as (

    -- AR-1: a bucket's share of billed A/R. Summed over facilities and responsibilities of a payer
    -- group it is AR-2; over everything it is the AR-1 of the house.
    select
        {{ surrogate_key([
            'snapshot_date', 'payer_key', 'facility_key', 'responsibility', 'aging_bucket'
        ]) }} as kpi_ar_aging_key,
        payer_key,
        facility_key,

        'ar_over_90_rate' as kpi_id,
        'AR-1' as definition_id,
        responsibility,
        aging_bucket,

        bucket_sort,
        cast(claim_count as integer) as claim_count,
        cast(gross_balance_amount as {{ type_money() }}) as gross_balance_amount,
        cast(net_balance_amount as {{ type_money() }}) as net_balance_amount,
        cast(credit_balance_amount as {{ type_money() }}) as credit_balance_amount,
        cast(billed_balance_amount as {{ type_money() }}) as numerator,
        cast(total_billed_balance_amount as {{ type_money() }}) as denominator,
        cast(total_gross_balance_amount as {{ type_money() }}) as total_gross_balance_amount,

        bucket_sort
        > {{ var('aging_bucket_edges') | select('le', 90) | list | length }} as is_over_90,
        is_month_end,

        snapshot_date as as_of_date,
        cast({{ dbt.date_trunc('month', 'snapshot_date') }} as date) as month_start_date

    from buckets

),

trended as (

    select
        kpi_ar_aging_key,
        payer_key,
        facility_key,

        kpi_id,
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
        {{ kpi_trend_columns(
            ['payer_key', 'facility_key', 'responsibility', 'aging_bucket'], with_interval=false
        ) }},
        total_gross_balance_amount,
        {{ rate('gross_balance_amount', 'total_gross_balance_amount') }} as total_ar_rate,

        is_over_90,
        is_month_end,

        as_of_date,
        month_start_date

    from measured

),

targeted as (

    select
        trended.kpi_ar_aging_key,
        trended.payer_key,
        trended.facility_key,

        trended.kpi_id,
        trended.definition_id,
        trended.responsibility,
        trended.aging_bucket,

        trended.bucket_sort,
        trended.claim_count,
        trended.gross_balance_amount,
        trended.net_balance_amount,
        trended.credit_balance_amount,
        trended.numerator,
        trended.denominator,
        trended.rate,
        trended.previous_month_rate,
        trended.rate - trended.previous_month_rate as rate_change,
        trended.trailing_three_month_rate,
        trended.total_gross_balance_amount,
        trended.total_ar_rate,
        cast(targets.target_value as {{ type_rate() }}) as over_90_target_rate,

        trended.is_over_90,
        trended.is_month_end,

        trended.as_of_date,
        trended.month_start_date

    from trended
    left join targets
        on trended.kpi_id = targets.kpi_id

)

select * from targeted
