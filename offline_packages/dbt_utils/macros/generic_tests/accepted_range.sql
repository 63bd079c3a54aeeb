{#- Every value lies between the bounds; a bound may be a number, a column or an expression, and
    nulls pass. -#}
{% test accepted_range(model, column_name, min_value=none, max_value=none, inclusive=true) %}
    {{ return(adapter.dispatch('test_accepted_range', 'dbt_utils')(
        model, column_name, min_value, max_value, inclusive
    )) }}
{% endtest %}

{% macro default__test_accepted_range(model, column_name, min_value=none, max_value=none, inclusive=true) %}
    {%- set equal = '=' if inclusive else '' %}

    select *
    from {{ model }}
    where
        1 = 2
    {%- if min_value is not none %}
        or not {{ column_name }} >{{ equal }} {{ min_value }}
    {%- endif %}
    {%- if max_value is not none %}
        or not {{ column_name }} <{{ equal }} {{ max_value }}
    {%- endif %}
{% endmacro %}
