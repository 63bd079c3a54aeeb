with

balances as (

    select * from {{ ref('fct_ar_daily') }}

),

revenue as (

    select * from {{ ref('int_ar__revenue_by_snapshot') }}

),

targets as (

    select * from {{ ref('kpi_targets') }}

),

open_balances as (

    -- credit balances stay out of the numerator: they are money owed, not money to come
    select
        snapshot_date,
        payer_key,
        facility_key,

        sum(gross_balance_amount) as gross_balance_amount,
        sum(net_balance_amount) as net_balance_amount

    from balances
    group by 1, 2, 3

),

full_snapshots as (

    -- no days in A/R before the window of revenue is full
    select distinct
        snapshot_date,
        is_month_end
    from revenue

),

cells as (

    select
        snapshot_date,
        payer_key,
        facility_key
    from open_balances

    union

    select
        snapshot_date,
        payer_key,
        facility_key
    from revenue

),

joined as (

    select
        cells.snapshot_date,
        full_snapshots.is_month_end,
        cells.payer_key,
        cells.facility_key,
        coalesce(open_balances.gross_balance_amount, 0) as gross_balance_amount,
        coalesce(open_balances.net_balance_amount, 0) as net_balance_amount,
        coalesce(revenue.gross_revenue_amount, 0) as gross_revenue_amount,
        coalesce(revenue.net_revenue_amount, 0) as net_revenue_amount

    from cells
    inner join full_snapshots
        on cells.snapshot_date = full_snapshots.snapshot_date
    left join open_balances
        on
            cells.snapshot_date = open_balances.snapshot_date
            and cells.payer_key = open_balances.payer_key
            and cells.facility_key = open_balances.facility_key
    left join revenue
        on
            cells.snapshot_date = revenue.snapshot_date
            and cells.payer_key = revenue.payer_key
            and cells.facility_key = revenue.facility_key

),

definitions as (

    select
        'net_ar_days' as kpi_id,
        'FM-1' as definition_id,
        snapshot_date,
        is_month_end,
        payer_key,
        facility_key,
        net_balance_amount as numerator,
        net_revenue_amount as window_revenue_amount
    from joined

    union all

    select
        'gross_ar_days' as kpi_id,
        'RCM-GROSS-AR-DAYS' as definition_id,
        snapshot_date,
        is_month_end,
        payer_key,
        facility_key,
        gross_balance_amount as numerator,
        gross_revenue_amount as window_revenue_amount
    from joined

),

measured as (

    select
        {{ surrogate_key([
            'definitions.definition_id', 'definitions.snapshot_date', 'definitions.payer_key',
            'definitions.facility_key'
        ]) }} as kpi_ar_days_key,
        definitions.payer_key,
        definitions.facility_key,

        definitions.kpi_id,
        definitions.definition_id,

        cast(definitions.numerator as {{ type_money() }}) as numerator,
        cast(
            definitions.window_revenue_amount / cast({{ var('ar_days_window') }} as numeric(14, 2))
            as {{ type_rate() }}
        ) as denominator,
        {{ rate(
            'definitions.numerator * ' ~ var('ar_days_window'), 'definitions.window_revenue_amount'
        ) }} as days,
        cast(targets.target_value as {{ type_rate() }}) as target_days,

        definitions.is_month_end,

        definitions.snapshot_date as as_of_date,
        cast({{ dbt.date_trunc('month', 'definitions.snapshot_date') }} as date)
            as month_start_date

    from definitions
    left join targets
        on definitions.kpi_id = targets.kpi_id

),

trended as (

    select
        kpi_ar_days_key,
        payer_key,
        facility_key,

        kpi_id,
        definition_id,

        numerator,
        denominator,
        days,
        lag(days) over (
            partition by definition_id, payer_key, facility_key order by as_of_date
        ) as previous_days,
        target_days,

        is_month_end,

        as_of_date,
        month_start_date

    from measured

)

select * from trended
