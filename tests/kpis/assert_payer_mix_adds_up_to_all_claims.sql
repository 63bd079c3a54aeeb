with

payer_mix as (

    select * from {{ ref('kpi_payer_mix') }}

),

claims as (

    select * from {{ ref('fct_claims') }}

),

totals as (

    select
        facility_key,
        cast({{ dbt.date_trunc('month', 'service_date') }} as date) as month_start_date,

        count(*) as claims,
        sum(billed_amount) as charges,
        sum(expected_allowed_amount - charity_amount) as net_revenue

    from claims
    group by 1, 2

),

measured as (

    {% for measure in ['claims', 'charges', 'net_revenue'] -%}
        select
            '{{ measure }}' as measure,
            facility_key,
            month_start_date,
            {{ measure }} as total
        from totals
        {{ 'union all' if not loop.last }}
    {% endfor %}
),

summed as (

    select
        measure,
        facility_key,
        month_start_date,

        sum(numerator) as numerator,
        min(denominator) as lowest_denominator,
        max(denominator) as highest_denominator

    from payer_mix
    group by 1, 2, 3

),

compared as (

    select
        measured.measure,
        measured.facility_key,
        measured.month_start_date,
        measured.total,
        summed.numerator,
        summed.lowest_denominator,
        summed.highest_denominator

    from measured
    left join summed
        on
            measured.measure = summed.measure
            and measured.facility_key = summed.facility_key
            and measured.month_start_date = summed.month_start_date

)

select * from compared
where
    numerator is null
    or numerator <> total
    or lowest_denominator <> total
    or highest_denominator <> total
