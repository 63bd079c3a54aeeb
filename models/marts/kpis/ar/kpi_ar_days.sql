{% set definitions = [
    ('net_ar_days', 'FM-1', 'net_balance_amount', 'net_revenue_amount'),
    ('gross_ar_days', 'RCM-GROSS-AR-DAYS', 'gross_balance_amount', 'gross_revenue_amount'),
    ('credit_balance_days', 'AR-9', 'credit_balance_amount', 'net_revenue_amount'),
] %}

with

balances as (

    select * from {{ ref('fct_ar_daily') }}

),

revenue as (

    select * from {{ ref('int_ar__revenue_by_snapshot') }}

),

payers as (

    select * from {{ ref('dim_payer') }}

),

targets as (

    select * from {{ ref('kpi_targets') }}

),

open_balances as (

    -- a credit is owed, not to come: it stays out of what is open and has days of its own
    select
        balances.snapshot_date,
        payers.current_payer_key as payer_key,
        balances.facility_key,

        sum(balances.gross_balance_amount) as gross_balance_amount,
        sum(balances.net_balance_amount) as net_balance_amount,
        sum(balances.credit_balance_amount) as credit_balance_amount

    from balances
    inner join payers
        on balances.payer_key = payers.payer_key
    group by 1, 2, 3

),

window_revenue as (

    select
        revenue.snapshot_date,
        payers.current_payer_key as payer_key,
        revenue.facility_key,

        sum(revenue.gross_revenue_amount) as gross_revenue_amount,
        sum(revenue.net_revenue_amount) as net_revenue_amount

    from revenue
    inner join payers
        on revenue.payer_key = payers.payer_key
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
    from window_revenue

),

joined as (

    select
        cells.snapshot_date,
        full_snapshots.is_month_end,
        cells.payer_key,
        cells.facility_key,
        coalesce(open_balances.gross_balance_amount, 0) as gross_balance_amount,
        coalesce(open_balances.net_balance_amount, 0) as net_balance_amount,
        coalesce(open_balances.credit_balance_amount, 0) as credit_balance_amount,
        coalesce(window_revenue.gross_revenue_amount, 0) as gross_revenue_amount,
        coalesce(window_revenue.net_revenue_amount, 0) as net_revenue_amount

    from cells
    inner join full_snapshots
        on cells.snapshot_date = full_snapshots.snapshot_date
    left join open_balances
        on
            cells.snapshot_date = open_balances.snapshot_date
            and cells.payer_key = open_balances.payer_key
            and cells.facility_key = open_balances.facility_key
    left join window_revenue
        on
            cells.snapshot_date = window_revenue.snapshot_date
            and cells.payer_key = window_revenue.payer_key
            and cells.facility_key = window_revenue.facility_key

),

defined as (

    {% for kpi_id, definition_id, balance, window_revenue in definitions -%}
        select
            payer_key,
            facility_key,

            '{{ kpi_id }}' as kpi_id,
            '{{ definition_id }}' as definition_id,

            cast({{ balance }} as {{ type_money() }}) as numerator,
            {{ rate(window_revenue, var('ar_days_window')) }} as denominator,

            is_month_end,

            snapshot_date as as_of_date,
            cast({{ dbt.date_trunc('month', 'snapshot_date') }} as date) as month_start_date
        from joined
        {{ 'union all' if not loop.last }}
    {% endfor %}
),

trended as (

    -- a month has one snapshot: its end or, while it lasts, as_of_date
    select
        {{ surrogate_key(['definition_id', 'as_of_date', 'payer_key', 'facility_key']) }}
            as kpi_ar_days_key,
        payer_key,
        facility_key,

        kpi_id,
        definition_id,

        numerator,
        denominator,
        {{ kpi_trend_columns(
            ['definition_id', 'payer_key', 'facility_key'], value='days', with_interval=false
        ) }},

        is_month_end,

        as_of_date,
        month_start_date

    from defined

),

targeted as (

    select
        trended.kpi_ar_days_key,
        trended.payer_key,
        trended.facility_key,

        trended.kpi_id,
        trended.definition_id,

        trended.numerator,
        trended.denominator,
        trended.days,
        trended.previous_month_days,
        trended.days - trended.previous_month_days as days_change,
        trended.trailing_three_month_days,
        cast(targets.target_value as {{ type_rate() }}) as target_days,

        trended.is_month_end,

        trended.as_of_date,
        trended.month_start_date

    from trended
    left join targets
        on trended.kpi_id = targets.kpi_id

)

select * from targeted
