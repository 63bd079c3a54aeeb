{#- A change that lasts this long is how things are. -#}
{% set longest_weeks = 26 %}
{#- What comes back within so many weeks never went. -#}
{% set quiet_weeks = 4 %}

with

raised as {{ inlined() }} (

    select * from {{ ref('int_alerts__deviations') }}

),

baselines as {{ inlined() }} (

    select * from {{ ref('int_alerts__baselines') }}

),

rules as (

    select * from {{ ref('alert_rules') }}

),

observations as (

    select * from {{ ref('int_alerts__weekly_observations') }}

),

as_of as (

    select * from {{ ref('int_calendar__as_of') }}

),

cells as (

    select distinct
        metric,
        dimension,
        cell_id,
        cell_label,

        payer_key,
        provider_key,
        facility_key,
        department_key,
        staff_key,
        procedure_family,
        denial_category

    from observations

),

followed as (

    -- it goes on until the figure is halfway back to where it was before; the trailing weeks would
    -- make the trouble their own and call it usual
    select
        raised.rule_id,
        raised.cell_id,

        case when rules.direction = 'low' then -1 else 1 end
        * (
            later.window_value
            - (raised.window_value + coalesce(raised.baseline_value, 0)) / 2
        ) > 0 as is_still_off,

        raised.week_start_date,
        raised.window_start_date,
        later.week_start_date as later_week_start_date

    from raised
    inner join rules
        on raised.rule_id = rules.rule_id
    inner join baselines as later
        on
            raised.rule_id = later.rule_id
            and raised.cell_id = later.cell_id
            and raised.week_start_date <= later.week_start_date
            and {{ dbt.dateadd('day', 7 * longest_weeks, 'raised.week_start_date') }}
            > later.week_start_date
            and later.window_denominator > 0

),

returns as (

    select
        rule_id,
        cell_id,

        week_start_date,
        window_start_date,
        min(case when is_still_off then null else later_week_start_date end)
            as returned_week_start_date

    from followed
    group by rule_id, cell_id, week_start_date, window_start_date

),

spans as (

    select
        followed.rule_id,
        followed.cell_id,

        followed.week_start_date,
        followed.window_start_date,
        max(followed.later_week_start_date) as last_week_start_date

    from followed
    inner join returns
        on
            followed.rule_id = returns.rule_id
            and followed.cell_id = returns.cell_id
            and followed.week_start_date = returns.week_start_date
    where
        followed.later_week_start_date < returns.returned_week_start_date
        or returns.returned_week_start_date is null
    group by
        followed.rule_id,
        followed.cell_id,
        followed.week_start_date,
        followed.window_start_date

),

reached as (

    select
        rule_id,
        cell_id,

        week_start_date,
        window_start_date,
        last_week_start_date,
        max(last_week_start_date) over (
            partition by rule_id, cell_id
            order by week_start_date
            rows between unbounded preceding and 1 preceding
        ) as reached_week_start_date

    from spans

),

numbered as (

    select
        rule_id,
        cell_id,

        sum(
            case
                when
                    week_start_date
                    <= {{ dbt.dateadd('day', 7 * (quiet_weeks + 1), 'reached_week_start_date') }}
                    then 0
                else 1
            end
        ) over (
            partition by rule_id, cell_id
            order by week_start_date
            rows between unbounded preceding and current row
        ) as episode_number,

        week_start_date,
        window_start_date,
        last_week_start_date

    from reached

),

episodes as (

    select
        rule_id,
        cell_id,

        episode_number,

        min(window_start_date) as first_window_start_date,
        min(week_start_date) as first_week_start_date,
        max(last_week_start_date) as last_week_start_date

    from numbered
    group by rule_id, cell_id, episode_number

),

openings as (

    -- what raised it, and what it was before
    select
        episodes.rule_id,
        episodes.cell_id,

        episodes.episode_number,
        baselines.baseline_numerator,
        baselines.baseline_denominator,
        baselines.baseline_value,
        raised.z_score,
        raised.dispersion,

        baselines.baseline_start_date

    from episodes
    inner join raised
        on
            episodes.rule_id = raised.rule_id
            and episodes.cell_id = raised.cell_id
            and episodes.first_week_start_date = raised.week_start_date
    inner join baselines
        on
            episodes.rule_id = baselines.rule_id
            and episodes.cell_id = baselines.cell_id
            and episodes.first_week_start_date = baselines.week_start_date

),

peaks as (

    select
        episodes.rule_id,
        episodes.cell_id,

        episodes.episode_number,
        baselines.window_numerator,
        baselines.window_denominator,
        baselines.window_value,
        row_number() over (
            partition by episodes.rule_id, episodes.cell_id, episodes.episode_number
            order by
                case when rules.direction = 'low' then -1 else 1 end * baselines.window_value desc,
                baselines.week_start_date
        ) as peak_rank,

        baselines.week_start_date,
        baselines.window_start_date

    from episodes
    inner join rules
        on episodes.rule_id = rules.rule_id
    inner join baselines
        on
            episodes.rule_id = baselines.rule_id
            and episodes.cell_id = baselines.cell_id
            and episodes.first_week_start_date <= baselines.week_start_date
            and episodes.last_week_start_date >= baselines.week_start_date
            and rules.minimum_denominator <= baselines.window_denominator

),

observed as (

    select
        rule_id,
        cell_id,

        max(week_start_date) as last_observed_week_start_date

    from baselines
    where window_denominator > 0
    group by rule_id, cell_id

),

described as (

    select
        {{ surrogate_key([
            'episodes.rule_id', 'episodes.cell_id', 'episodes.first_week_start_date'
        ]) }} as alert_id,
        episodes.rule_id,
        rules.metric,
        rules.dimension,
        episodes.cell_id,
        cells.cell_label,

        cells.payer_key,
        cells.provider_key,
        cells.facility_key,
        cells.department_key,
        cells.staff_key,
        cells.procedure_family,
        cells.denial_category,

        peaks.window_numerator,
        peaks.window_denominator,
        peaks.window_value,
        openings.baseline_numerator,
        openings.baseline_denominator,
        openings.baseline_value,
        openings.z_score,
        openings.dispersion,

        -- a cell that nothing is heard of any more is no longer watched
        episodes.last_week_start_date >= observed.last_observed_week_start_date
        and {{ dbt.dateadd('day', 7 * (quiet_weeks + 1), 'episodes.last_week_start_date') }}
        > as_of.as_of_date as is_open,

        openings.baseline_start_date,
        episodes.first_window_start_date,
        episodes.first_week_start_date,
        peaks.week_start_date as peak_week_start_date,
        peaks.window_start_date as peak_window_start_date,
        episodes.last_week_start_date

    from episodes
    cross join as_of
    inner join rules
        on episodes.rule_id = rules.rule_id
    inner join cells
        on
            rules.metric = cells.metric
            and rules.dimension = cells.dimension
            and episodes.cell_id = cells.cell_id
    inner join peaks
        on
            episodes.rule_id = peaks.rule_id
            and episodes.cell_id = peaks.cell_id
            and episodes.episode_number = peaks.episode_number
            and peaks.peak_rank = 1
    inner join openings
        on
            episodes.rule_id = openings.rule_id
            and episodes.cell_id = openings.cell_id
            and episodes.episode_number = openings.episode_number
    inner join observed
        on
            episodes.rule_id = observed.rule_id
            and episodes.cell_id = observed.cell_id

)

select * from described
