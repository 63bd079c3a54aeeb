{#- Whether a date can't be the day of what the row tells: before the earliest day (var
    earliest_event_date unless given), or ahead of the row's arrival by more than var
    future_date_tolerance_days. An empty date is not impossible. -#}
{%- macro is_impossible_date(date, earliest=none) -%}
    coalesce(
        {{ date }} < cast('{{ earliest or var('earliest_event_date') }}' as date)
        or {{ date }}
        > {{ dbt.dateadd('day', var('future_date_tolerance_days'), '_loaded_at') }},
        false
    )
{%- endmacro -%}
