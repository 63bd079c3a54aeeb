{#- Two relations have the same number of rows, in each group if group_by_columns is given. The
    failures counted are the rows that one has more than the other. -#}
{% test equal_rowcount(model, compare_model, group_by_columns=[]) %}
    {{ config(fail_calc='coalesce(sum(diff_count), 0)') }}
    {{ return(adapter.dispatch('test_equal_rowcount', 'dbt_utils')(
        model, compare_model, group_by_columns
    )) }}
{% endtest %}

{% macro default__test_equal_rowcount(model, compare_model, group_by_columns) %}
    {%- set groups = group_by_columns | join(', ') ~ ', ' if group_by_columns else '' %}

    with

    counted as (

        select {{ groups }}1 as in_model, 0 as in_compare from {{ model }}
        union all
        select {{ groups }}0 as in_model, 1 as in_compare from {{ compare_model }}

    )

    select
        {{ groups }}
        sum(in_model) as count_model,
        sum(in_compare) as count_compare,
        abs(sum(in_model) - sum(in_compare)) as diff_count
    from counted
    {%- if group_by_columns %}
    group by {{ group_by_columns | join(', ') }}
    {%- endif %}
{% endmacro %}
