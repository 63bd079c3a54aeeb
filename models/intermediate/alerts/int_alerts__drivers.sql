{#- What a change may be taken apart by: a rule names two of them as its drivers. -#}
{% set drivers = [
    'reason', 'payer', 'procedure_family', 'department', 'provider', 'facility'
] %}

with

events as {{ inlined() }} (

    select * from {{ ref('int_alerts__episode_events') }}

),

episodes as {{ inlined() }} (

    select * from {{ ref('int_alerts__episodes') }}

),

rules as {{ inlined() }} (

    select * from {{ ref('alert_rules') }}

),

parts as (

    {% for number in [1, 2] -%}
        {% set outer_last = loop.last -%}
        {% for driver in drivers -%}
            select
                events.alert_id,
                {{ number }} as driver_number,
                events.{{ driver }}_label as driver_label,
                sum(case when events.is_at_peak then events.numerator else 0 end)
                    as peak_numerator,
                sum(case when events.is_in_baseline then events.numerator else 0 end)
                    as baseline_numerator
            from events
            inner join episodes
                on events.alert_id = episodes.alert_id
            inner join rules
                on episodes.rule_id = rules.rule_id
            where
                rules.driver_{{ number }} = '{{ driver }}'
                and events.{{ driver }}_label is not null
            group by events.alert_id, events.{{ driver }}_label
            {{ 'union all' if not (loop.last and outer_last) }}
        {% endfor -%}
    {% endfor %}
),

excesses as (

    -- what there is of it beyond what the baseline leads to expect of as many cases; over all
    -- values of a driver it adds up to the whole change
    select
        parts.alert_id,

        parts.driver_number,
        parts.driver_label,

        cast(
            parts.peak_numerator - parts.baseline_numerator * coalesce(
                episodes.window_denominator / nullif(episodes.baseline_denominator, 0), 0
            ) as {{ type_rate() }}
        ) as excess,
        cast(
            episodes.window_numerator - episodes.baseline_numerator * coalesce(
                episodes.window_denominator / nullif(episodes.baseline_denominator, 0), 0
            ) as {{ type_rate() }}
        ) as whole_excess

    from parts
    inner join episodes
        on parts.alert_id = episodes.alert_id

),

ranked as (

    select
        alert_id,

        driver_number,
        driver_label,

        excess,
        whole_excess,
        row_number() over (
            partition by alert_id, driver_number
            order by
                case when whole_excess < 0 then -excess else excess end desc,
                driver_label asc
        ) as driver_rank

    from excesses

),

shared as (

    select
        alert_id,

        driver_number,
        driver_label,

        {{ rate('excess', 'whole_excess') }} as driver_share

    from ranked
    where driver_rank = 1

)

select * from shared
