{#- A query with one row per date part, as a timestamp in a column date_<datepart>: from start_date
    up to but without end_date (texts such as '2025-01-01'), or the last n_dateparts up to today.
    Today is taken in the zone of var dbt_date:time_zone when dbt compiles the model. -#}
{% macro get_base_dates(start_date=none, end_date=none, n_dateparts=none, datepart='day') -%}
    {{ return(adapter.dispatch('get_base_dates', 'dbt_date')(
        start_date, end_date, n_dateparts, datepart
    )) }}
{%- endmacro %}

{% macro default__get_base_dates(start_date, end_date, n_dateparts, datepart) -%}
    {%- if start_date and end_date -%}
        {%- set first = "cast('" ~ start_date ~ "' as " ~ dbt.type_timestamp() ~ ")" -%}
        {%- set last = "cast('" ~ end_date ~ "' as " ~ dbt.type_timestamp() ~ ")" -%}
    {%- elif n_dateparts -%}
        {%- set zone = modules.pytz.timezone(var('dbt_date:time_zone', 'America/Los_Angeles')) -%}
        {%- set today = modules.datetime.datetime.now(zone).date() -%}
        {%- set tomorrow = today + modules.datetime.timedelta(days=1) -%}
        {%- set today_sql = "cast('" ~ today ~ "' as " ~ dbt.type_timestamp() ~ ")" -%}
        {%- set first = dbt.dateadd(datepart, -1 * n_dateparts, today_sql) -%}
        {%- set last = "cast('" ~ tomorrow ~ "' as " ~ dbt.type_timestamp() ~ ")" -%}
    {%- else -%}
        {{ exceptions.raise_compiler_error(
            "get_base_dates: give start_date and end_date, or n_dateparts; got start_date="
            ~ start_date ~ ", end_date=" ~ end_date ~ ", n_dateparts=" ~ n_dateparts
        ) }}
    {%- endif %}
    with

    date_spine as (

        {{ dbt.date_spine(datepart, first, last) }}

    )

    select cast(date_spine.date_{{ datepart }} as {{ dbt.type_timestamp() }}) as date_{{ datepart }}
    from date_spine
{%- endmacro %}
