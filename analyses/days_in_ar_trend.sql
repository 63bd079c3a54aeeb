-- Does money come in faster or slower? Days in A/R of all payers and facilities at each month-end
-- and at as_of_date, net (HFMA FM-1) and at charges. What patients owe is net in both, so it weighs
-- more against net revenue: net days above gross days mean that much of the balance is theirs.
with

ar_days as (

    select * from {{ ref('kpi_ar_days') }}

),

totals as (

    select
        as_of_date,
        is_month_end,

        sum(case when definition_id = 'FM-1' then numerator end) as net_balance_amount,
        sum(case when definition_id = 'FM-1' then denominator end) as net_daily_revenue,
        sum(
            case when definition_id = 'RCM-GROSS-AR-DAYS' then numerator end
        ) as gross_balance_amount,
        sum(
            case when definition_id = 'RCM-GROSS-AR-DAYS' then denominator end
        ) as gross_daily_revenue,
        max(case when definition_id = 'FM-1' then target_days end) as target_days

    from ar_days
    group by as_of_date, is_month_end

),

measured as (

    select
        as_of_date,
        is_month_end,

        net_balance_amount,
        cast(net_daily_revenue as numeric(14, 2)) as net_daily_revenue_amount,
        cast(net_balance_amount / nullif(net_daily_revenue, 0) as numeric(9, 1)) as net_ar_days,
        gross_balance_amount,
        cast(gross_daily_revenue as numeric(14, 2)) as gross_daily_revenue_amount,
        cast(
            gross_balance_amount / nullif(gross_daily_revenue, 0) as numeric(9, 1)
        ) as gross_ar_days,
        cast(target_days as numeric(9, 1)) as target_days

    from totals

)

select
    as_of_date,

    net_ar_days,
    net_ar_days - lag(net_ar_days) over (order by as_of_date) as change_in_net_ar_days,
    gross_ar_days,
    target_days,
    net_balance_amount,
    net_daily_revenue_amount,
    gross_balance_amount,
    gross_daily_revenue_amount,

    is_month_end

from measured
order by as_of_date desc
