with

episodes as {{ inlined() }} (

    select * from {{ ref('int_alerts__episodes') }}

),

events as {{ inlined() }} (

    select * from {{ ref('int_alerts__events') }}

),

payers as (

    select * from {{ ref('dim_payer') }}

),

providers as (

    select * from {{ ref('dim_provider') }}

),

facilities as (

    select * from {{ ref('dim_facility') }}

),

departments as (

    select * from {{ ref('dim_department') }}

),

families as (

    select * from {{ ref('procedure_families') }}

),

episode_events as (

    -- from the weeks that it is compared with to the last week of the episode
    {% for metric, dimension, cell_columns in alert_cells() -%}
        select
            episodes.alert_id,
            events.claim_key,
            events.payer_key,
            events.provider_key,
            events.facility_key,
            events.department_key,
            events.procedure_family,
            events.reason,
            events.numerator,
            events.affected_amount,
            events.week_start_date >= episodes.first_window_start_date as is_in_episode,
            events.week_start_date >= episodes.peak_window_start_date
            and events.week_start_date <= episodes.peak_week_start_date as is_at_peak,
            events.week_start_date < episodes.first_window_start_date as is_in_baseline
        from episodes
        inner join events
            on
                episodes.metric = events.metric
                {% for column in cell_columns -%}
                    and episodes.{{ column }} = events.{{ column }}
                {% endfor -%}
                and episodes.baseline_start_date <= events.week_start_date
                and episodes.last_week_start_date >= events.week_start_date
        where
            episodes.metric = '{{ metric }}'
            and episodes.dimension = '{{ dimension }}'
            and events.metric = '{{ metric }}'
            and (events.numerator <> 0 or events.affected_amount <> 0)
        {{ 'union all' if not loop.last }}
    {% endfor %}
),

labelled as (

    select
        episode_events.alert_id,
        episode_events.claim_key,

        episode_events.reason as reason_label,
        payers.payer_name as payer_label,
        families.family_label as procedure_family_label,
        departments.department_name
        || coalesce(', ' || department_facilities.facility_name, '') as department_label,
        providers.provider_name as provider_label,
        facilities.facility_name as facility_label,

        episode_events.numerator,
        episode_events.affected_amount,

        episode_events.is_in_episode,
        episode_events.is_at_peak,
        episode_events.is_in_baseline

    from episode_events
    left join payers
        on episode_events.payer_key = payers.payer_key
    left join providers
        on episode_events.provider_key = providers.provider_key
    left join facilities
        on episode_events.facility_key = facilities.facility_key
    left join departments
        on episode_events.department_key = departments.department_key
    left join facilities as department_facilities
        on departments.facility_key = department_facilities.facility_key
    left join families
        on episode_events.procedure_family = families.family_id

)

select * from labelled
