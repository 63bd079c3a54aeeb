{#- A query with one row per date part from start_date up to but without end_date, in a column
    date_<datepart>. dbt itself carries this macro too, so it does the work. -#}
{% macro date_spine(datepart, start_date, end_date) -%}
    {{ return(adapter.dispatch('date_spine', 'dbt_utils')(datepart, start_date, end_date)) }}
{%- endmacro %}

{% macro default__date_spine(datepart, start_date, end_date) -%}
    {{ return(dbt.date_spine(datepart, start_date, end_date)) }}
{%- endmacro %}
