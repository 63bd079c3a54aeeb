with

reasons as (

    select * from {{ ref('kpi_denial_reasons') }}
    where denominator > 0 and is_mature

),

payer_months as (

    -- the last reason's running share is the whole; shares are rounded to six places
    select
        payer_key,
        measure,
        month_start_date,

        sum(rate) as share_rate,
        max(cumulative_rate) as cumulative_rate,
        sum(numerator) - max(denominator) as missing

    from reasons
    group by 1, 2, 3

),

months as (

    select
        measure,
        month_start_date,

        sum(rate_of_all) as share_rate,
        max(all_payers_cumulative_rate) as cumulative_rate

    from reasons
    group by 1, 2

)

select
    measure,
    month_start_date
from payer_months
where abs(share_rate - 1) > 0.0001 or cumulative_rate <> 1 or missing <> 0

union all

select
    measure,
    month_start_date
from months
where abs(share_rate - 1) > 0.001 or cumulative_rate <> 1
