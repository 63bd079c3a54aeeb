{#- The median of a squared standard normal deviate: where chance alone moves a cell, half of the
    squared residuals of its weeks are below. -#}
{% set median_of_chance = 0.4549364 %}
{#- Days are whole numbers: rounding alone gives them this variance. -#}
{% set rounding_variance = 1.0 / 12 %}

with

baselines as (

    select * from {{ ref('int_alerts__baselines') }}

),

observations as (

    select * from {{ ref('int_alerts__weekly_observations') }}

),

rules as (

    select * from {{ ref('alert_rules') }}

),

changed as (

    -- enough cases, and a change that matters: only of these is it asked whether chance made it
    select
        baselines.rule_id,
        rules.metric,
        rules.dimension,
        baselines.cell_id,

        rules.kind,
        rules.unit,

        baselines.baseline_denominator >= rules.minimum_denominator as has_baseline,

        rules.limit_value,
        baselines.window_value,
        baselines.baseline_value,
        case when rules.direction = 'low' then -1 else 1 end as direction_sign,
        {% for column, expression in [
            ('window_sum', 'baselines.window_numerator'),
            ('window_count', 'baselines.window_denominator'),
            ('window_squares', 'baselines.window_numerator_squared'),
            ('baseline_sum', 'baselines.baseline_numerator'),
            ('baseline_count', 'baselines.baseline_denominator'),
            ('baseline_squares', 'baselines.baseline_numerator_squared'),
        ] -%}
            cast({{ expression }} as {{ dbt.type_float() }}) as {{ column }},
        {% endfor -%}

        baselines.week_start_date,
        baselines.window_start_date,
        baselines.baseline_start_date

    from baselines
    inner join rules
        on baselines.rule_id = rules.rule_id
    where
        baselines.window_denominator >= rules.minimum_denominator
        and baselines.window_numerator >= rules.minimum_numerator
        and case
            when baselines.baseline_denominator >= rules.minimum_denominator
                then
                    case when rules.direction = 'low' then -1 else 1 end
                    * (baselines.window_value - baselines.baseline_value) >= rules.minimum_change
            -- who is new has nothing to be compared with but a limit
            when rules.kind = 'threshold' then true
            else
                case when rules.direction = 'low' then -1 else 1 end
                * (baselines.window_value - rules.new_cell_limit) >= 0
        end

),

split as (

    -- more errors may be found in a window than touches made in it; a share ends at one
    select
        rule_id,
        cell_id,

        {% for name in ['window', 'baseline'] -%}
            least({{ name }}_sum, {{ name }}_count) as {{ name }}_hits,
            {{ name }}_count - least({{ name }}_sum, {{ name }}_count) as {{ name }}_misses,
            ({{ name }}_squares - {{ name }}_sum * {{ name }}_sum / nullif({{ name }}_count, 0))
            / nullif({{ name }}_count - 1, 0) as {{ name }}_variance,
        {% endfor -%}

        week_start_date

    from changed

),

summed as (

    select
        rule_id,
        cell_id,

        window_hits,
        window_misses,
        baseline_hits,
        baseline_misses,
        window_hits + baseline_hits as all_hits,
        window_misses + baseline_misses as all_misses,
        window_hits + window_misses as window_cases,
        baseline_hits + baseline_misses as baseline_cases,
        window_hits + window_misses + baseline_hits + baseline_misses as all_cases,
        case
            when window_variance > {{ rounding_variance }} then window_variance
            else {{ rounding_variance }}
        end as window_variance,
        case
            when baseline_variance > {{ rounding_variance }} then baseline_variance
            else {{ rounding_variance }}
        end as baseline_variance,

        week_start_date

    from split

),

likelihoods as (

    -- the likelihood ratio (G) of two shares against one: good where few cases make the normal
    -- approximation too sure, and where the baseline has none
    select
        rule_id,
        cell_id,

        window_variance,
        baseline_variance,
        2 * (
            {% for term, sign in [
                ('all_cases', ''), ('window_hits', '+'), ('window_misses', '+'),
                ('baseline_hits', '+'), ('baseline_misses', '+'), ('all_hits', '-'),
                ('all_misses', '-'), ('window_cases', '-'), ('baseline_cases', '-'),
            ] -%}
                {{ sign }} case when {{ term }} > 0 then {{ term }} * ln({{ term }}) else 0 end
            {% endfor -%}
        ) as likelihood_ratio,

        week_start_date

    from summed

),

baseline_weeks as (

    select
        changed.rule_id,
        changed.cell_id,

        changed.baseline_sum / changed.baseline_count as baseline_mean,
        cast(observations.numerator as {{ dbt.type_float() }}) as week_sum,
        cast(observations.denominator as {{ dbt.type_float() }}) as week_count,
        case when changed.unit = 'days' then likelihoods.baseline_variance end as days_variance,

        changed.week_start_date

    from changed
    inner join likelihoods
        on
            changed.rule_id = likelihoods.rule_id
            and changed.cell_id = likelihoods.cell_id
            and changed.week_start_date = likelihoods.week_start_date
    inner join observations
        on
            changed.metric = observations.metric
            and changed.dimension = observations.dimension
            and changed.cell_id = observations.cell_id
            and changed.baseline_start_date <= observations.week_start_date
            and changed.window_start_date > observations.week_start_date
    where
        changed.kind = 'statistical'
        and changed.has_baseline
        and observations.denominator > 0

),

residuals as (

    -- how far each week of the baseline lay from its mean, in variances of chance
    select
        rule_id,
        cell_id,

        (week_sum - week_count * baseline_mean) * (week_sum - week_count * baseline_mean)
        / (week_count * coalesce(days_variance, baseline_mean * (1 - baseline_mean)))
            as squared_residual,

        week_start_date

    from baseline_weeks
    -- where nothing ever happened, or always, chance has no room
    where days_variance is not null or (baseline_mean > 0 and baseline_mean < 1)

),

ranked_residuals as (

    select
        rule_id,
        cell_id,

        squared_residual,
        cume_dist() over (
            partition by rule_id, cell_id, week_start_date
            order by squared_residual
        ) as residual_share,

        week_start_date

    from residuals

),

dispersions as (

    -- the lesser of the mean, which one odd week carries away, and the median, which is too high
    -- where a week has a case or two; halfway back to what chance gives, since twelve weeks tell
    -- it roughly
    select
        rule_id,
        cell_id,

        (
            1 + least(
                avg(squared_residual),
                min(case when residual_share >= 0.5 then squared_residual end)
                / {{ median_of_chance }}
            )
        ) / 2 as dispersion,

        week_start_date

    from ranked_residuals
    group by rule_id, cell_id, week_start_date

),

scaled as (

    -- weeks that differ more than chance lets them make every later difference less sure; weeks
    -- that happen to differ less make none surer
    select
        changed.rule_id,
        changed.cell_id,

        changed.kind,
        changed.unit,

        changed.has_baseline,

        changed.limit_value,
        changed.window_value,
        changed.baseline_value,
        changed.direction_sign,
        changed.window_count,
        changed.baseline_count,
        likelihoods.window_variance,
        likelihoods.baseline_variance,
        case when likelihoods.likelihood_ratio > 0 then likelihoods.likelihood_ratio else 0 end
            as likelihood_ratio,
        case when dispersions.dispersion > 1 then dispersions.dispersion else 1 end as dispersion,

        changed.week_start_date,
        changed.window_start_date

    from changed
    inner join likelihoods
        on
            changed.rule_id = likelihoods.rule_id
            and changed.cell_id = likelihoods.cell_id
            and changed.week_start_date = likelihoods.week_start_date
    left join dispersions
        on
            changed.rule_id = dispersions.rule_id
            and changed.cell_id = dispersions.cell_id
            and changed.week_start_date = dispersions.week_start_date

),

scored as (

    -- four places: the last bits of a logarithm differ from machine to machine
    select
        rule_id,
        cell_id,

        kind,

        has_baseline,

        direction_sign,
        limit_value,
        window_value,
        baseline_value,
        case
            when kind = 'statistical' and has_baseline
                then
                    cast(
                        round(
                            cast(
                                case
                                    when unit = 'rate'
                                        then direction_sign * sqrt(likelihood_ratio / dispersion)
                                    else
                                        (window_value - baseline_value)
                                        / sqrt(
                                            dispersion
                                            * (
                                                window_variance / window_count
                                                + baseline_variance / baseline_count
                                            )
                                        )
                                end as numeric(18, 6)
                            ), 4
                        ) as {{ type_rate() }}
                    )
        end as z_score,
        cast(round(cast(dispersion as numeric(18, 6)), 4) as {{ type_rate() }}) as dispersion,

        week_start_date,
        window_start_date

    from scaled

),

raised as (

    select
        rule_id,
        cell_id,

        window_value,
        baseline_value,
        z_score,
        dispersion,

        week_start_date,
        window_start_date

    from scored
    where
        (kind = 'statistical' and (direction_sign * z_score >= limit_value or not has_baseline))
        or (kind = 'threshold' and direction_sign * window_value >= direction_sign * limit_value)

)

select * from raised
