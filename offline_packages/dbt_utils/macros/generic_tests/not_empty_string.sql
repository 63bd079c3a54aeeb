{#- No value is an empty string, nor only spaces unless trim_whitespace is false; nulls pass. -#}
{% test not_empty_string(model, column_name, trim_whitespace=true) %}
    {{ return(adapter.dispatch('test_not_empty_string', 'dbt_utils')(
        model, column_name, trim_whitespace
    )) }}
{% endtest %}

{% macro default__test_not_empty_string(model, column_name, trim_whitespace=true) %}
    select *
    from {{ model }}
    where {{ 'trim(' ~ column_name ~ ')' if trim_whitespace else column_name }} = ''
{% endmacro %}
