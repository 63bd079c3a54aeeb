{% set last_day_of_month = dbt.last_day('cells.month_start_date', 'month') %}
{% set measures = [
    ('claims', '1'),
    ('charges', 'claims.billed_amount'),
    ('net_revenue', 'claims.expected_allowed_amount - claims.charity_amount'),
] %}

with

claims as (

    select * from {{ ref('fct_claims') }}

),

payers as (

    select * from {{ ref('dim_payer') }}

),

as_of as (

    select * from {{ ref('int_calendar__as_of') }}

),

classed_payers as (

    -- a payer's class of today, so that a change of class breaks no trend
    select
        payers.payer_key,
        current_payers.payer_class,
        current_payers.payer_group

    from payers
    inner join payers as current_payers
        on payers.current_payer_key = current_payers.payer_key

),

measured as (

    -- net revenue as in FM-1: what the contracts allow, less charity
    {% for measure, amount in measures -%}
        select
            '{{ measure }}' as measure,
            claims.facility_key,
            classed_payers.payer_class,
            classed_payers.payer_group,
            {{ amount }} as amount,
            cast({{ dbt.date_trunc('month', 'claims.service_date') }} as date) as month_start_date
        from claims
        inner join classed_payers
            on claims.payer_key = classed_payers.payer_key
        {{ 'union all' if not loop.last }}
    {% endfor %}
),

summed as (

    select
        measure,
        facility_key,
        payer_class,
        month_start_date,

        sum(amount) as amount

    from measured
    group by 1, 2, 3, 4

),

totals as (

    select
        measure,
        facility_key,
        month_start_date,

        sum(amount) as amount

    from summed
    group by 1, 2, 3

),

payer_classes as (

    select distinct
        payer_class,
        payer_group
    from measured

),

cells as (

    -- a class without a claim in the month has a share of nothing, which is zero
    select
        totals.measure,
        totals.facility_key,
        payer_classes.payer_class,
        payer_classes.payer_group,

        coalesce(summed.amount, 0) as numerator,
        totals.amount as denominator,

        totals.month_start_date

    from totals
    cross join payer_classes
    left join summed
        on
            totals.measure = summed.measure
            and totals.facility_key = summed.facility_key
            and totals.month_start_date = summed.month_start_date
            and payer_classes.payer_class = summed.payer_class

),

aged as (

    -- charges of a month are still being posted when it ends
    select
        cells.measure,
        cells.facility_key,
        cells.payer_class,
        cells.payer_group,
        'RCM-PAYER-MIX' as definition_id,

        cast(cells.numerator as {{ type_money() }}) as numerator,
        cast(cells.denominator as {{ type_rate() }}) as denominator,

        {{ has_fully_arrived(last_day_of_month) }} as is_mature,

        cells.month_start_date

    from cells
    cross join as_of

),

rated as (

    select
        {{ surrogate_key(['measure', 'facility_key', 'payer_class', 'month_start_date']) }}
            as kpi_payer_mix_key,
        facility_key,

        definition_id,
        measure,
        payer_group,
        payer_class,

        numerator,
        denominator,
        {{ kpi_trend_columns(
            ['measure', 'facility_key', 'payer_class'],
            counts_when="measure = 'claims' and is_mature",
            rate_when='is_mature'
        ) }},

        is_mature,

        month_start_date

    from aged

),

compared as (

    select
        kpi_payer_mix_key,
        facility_key,

        definition_id,
        measure,
        payer_group,
        payer_class,

        numerator,
        denominator,
        rate,
        previous_month_rate,
        rate - previous_month_rate as rate_change,
        trailing_three_month_rate,
        rate_lower,
        rate_upper,

        case when measure = 'claims' then denominator < {{ var('small_sample_size') }} end
            as is_small_sample,
        is_mature,

        month_start_date

    from rated

)

select * from compared
