{#- No rule compares with fewer weeks; small cells may ask for more, where there are so many. -#}
{% set least_baseline_weeks = 12 %}

with

observations as {{ inlined() }} (

    select * from {{ ref('int_alerts__weekly_observations') }}

),

rules as (

    select * from {{ ref('alert_rules') }}

),

first_weeks as (

    select
        metric,

        min(week_start_date) as first_week_start_date

    from observations
    group by metric

),

evaluated as (

    select
        rules.rule_id,
        observations.metric,
        observations.dimension,
        observations.cell_id,

        observations.week_start_date,
        cast({{ dbt.dateadd(
            'day', '-7 * (rules.window_weeks - 1)', 'observations.week_start_date'
        ) }} as date) as window_start_date,
        cast({{ dbt.dateadd(
            'day',
            '-7 * (rules.window_weeks - 1 + rules.baseline_weeks)',
            'observations.week_start_date'
        ) }} as date) as wanted_baseline_start_date,
        cast({{ dbt.dateadd(
            'day',
            '-7 * (rules.window_weeks - 1 + ' ~ least_baseline_weeks ~ ')',
            'observations.week_start_date'
        ) }} as date) as least_baseline_start_date,
        -- the first weeks of the data hold only what is quick: early answers, errors soon found
        cast({{ dbt.dateadd(
            'day', '7 * rules.warmup_weeks', 'first_weeks.first_week_start_date'
        ) }} as date) as first_baseline_date

    from observations
    inner join rules
        on
            observations.metric = rules.metric
            and observations.dimension = rules.dimension
    inner join first_weeks
        on observations.metric = first_weeks.metric

),

bounded as (

    select
        rule_id,
        metric,
        dimension,
        cell_id,

        week_start_date,
        window_start_date,
        case
            when wanted_baseline_start_date < first_baseline_date then first_baseline_date
            else wanted_baseline_start_date
        end as baseline_start_date

    from evaluated
    where least_baseline_start_date >= first_baseline_date

),

paired as (

    select
        bounded.rule_id,
        bounded.cell_id,

        observations.numerator,
        observations.denominator,
        observations.numerator_squared,

        observations.week_start_date >= bounded.window_start_date as is_in_window,

        bounded.week_start_date,
        bounded.window_start_date,
        bounded.baseline_start_date

    from bounded
    inner join observations
        on
            bounded.metric = observations.metric
            and bounded.dimension = observations.dimension
            and bounded.cell_id = observations.cell_id
            and bounded.baseline_start_date <= observations.week_start_date
            and bounded.week_start_date >= observations.week_start_date

),

summed as (

    select
        rule_id,
        cell_id,

        {% for name, condition in [('window', 'is_in_window'), ('baseline', 'not is_in_window')] -%}
            {% for column in ['numerator', 'denominator', 'numerator_squared'] -%}
                cast(
                    sum(case when {{ condition }} then {{ column }} else 0 end)
                    as {{ type_money() }}
                ) as {{ name }}_{{ column }},
            {% endfor -%}
        {% endfor -%}

        week_start_date,
        window_start_date,
        baseline_start_date

    from paired
    group by rule_id, cell_id, week_start_date, window_start_date, baseline_start_date

),

compared as (

    select
        rule_id,
        cell_id,

        window_numerator,
        window_denominator,
        window_numerator_squared,
        baseline_numerator,
        baseline_denominator,
        baseline_numerator_squared,
        {{ rate('window_numerator', 'window_denominator') }} as window_value,
        {{ rate('baseline_numerator', 'baseline_denominator') }} as baseline_value,

        week_start_date,
        window_start_date,
        baseline_start_date

    from summed

)

select * from compared
