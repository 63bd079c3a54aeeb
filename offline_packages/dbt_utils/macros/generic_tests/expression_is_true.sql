{#- The expression holds in every row; one that is null counts as holding. On a column, the
    expression follows the column's name ('>= 0'). -#}
{% test expression_is_true(model, expression, column_name=none) %}
    {{ return(adapter.dispatch('test_expression_is_true', 'dbt_utils')(
        model, expression, column_name
    )) }}
{% endtest %}

{% macro default__test_expression_is_true(model, expression, column_name) %}
    select {{ '*' if should_store_failures() else '1' }}
    from {{ model }}
    where not ({{ column_name or '' }} {{ expression }})
{% endmacro %}
