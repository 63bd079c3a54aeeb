with

category_rates as (

    select * from {{ ref('kpi_denial_rate_by_category') }}

),

denials as (

    select * from {{ ref('fct_denials') }}
    where is_initial

),

denial_reasons as (

    select * from {{ ref('dim_denial_reason') }}

),

as_of as (

    select * from {{ ref('int_calendar__as_of') }}

),

signed_numbers as (

    select
        measure,
        denial_category,
        numerator,
        month_start_date
    from category_rates

    union all

    {% for measure, amount in [('lines', '1'), ('dollars', 'denials.billed_amount')] -%}
        select
            '{{ measure }}' as measure,
            denial_reasons.denial_category,
            -{{ amount }} as numerator,
            cast({{ dbt.date_trunc('month', 'denials.denied_date') }} as date) as month_start_date
        from denials
        inner join denial_reasons
            on denials.denial_reason_key = denial_reasons.denial_reason_key
        cross join as_of
        where denials.denied_date <= as_of.as_of_date
        {{ 'union all' if not loop.last }}
    {% endfor %}
),

differences as (

    select
        measure,
        denial_category,
        month_start_date,

        sum(numerator) as difference

    from signed_numbers
    group by 1, 2, 3

)

select * from differences
where difference <> 0
