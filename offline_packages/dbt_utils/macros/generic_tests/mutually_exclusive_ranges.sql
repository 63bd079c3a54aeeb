{#- No two ranges overlap, in each partition if partition_by is given. A range that is empty,
    backwards or lacks a bound fails. `gaps` says whether there may be one between two ranges. -#}
{% test mutually_exclusive_ranges(model, lower_bound_column, upper_bound_column, partition_by=none, gaps='allowed', zero_length_range_allowed=false) %}
    {{ return(adapter.dispatch('test_mutually_exclusive_ranges', 'dbt_utils')(
        model, lower_bound_column, upper_bound_column, partition_by, gaps, zero_length_range_allowed
    )) }}
{% endtest %}

{% macro default__test_mutually_exclusive_ranges(model, lower_bound_column, upper_bound_column, partition_by=none, gaps='allowed', zero_length_range_allowed=false) %}
    {%- set next_bound_operators = {'not_allowed': '=', 'allowed': '<=', 'required': '<'} -%}
    {%- if execute and gaps not in next_bound_operators -%}
        {{ exceptions.raise_compiler_error(
            "mutually_exclusive_ranges: gaps is not_allowed, allowed or required, not " ~ gaps
        ) }}
    {%- endif -%}
    {%- if execute and zero_length_range_allowed not in (true, false) -%}
        {{ exceptions.raise_compiler_error(
            "mutually_exclusive_ranges: zero_length_range_allowed is true or false, not "
            ~ zero_length_range_allowed
        ) }}
    {%- endif -%}
    {%- set partition = 'partition by ' ~ partition_by if partition_by else '' %}

    with

    bounds as (

        select
            {% if partition_by %}{{ partition_by }} as partition_by_column,{% endif %}
            {{ lower_bound_column }} as lower_bound,
            {{ upper_bound_column }} as upper_bound,
            lead({{ lower_bound_column }}) over (
                {{ partition }} order by {{ lower_bound_column }}, {{ upper_bound_column }}
            ) as next_lower_bound,
            row_number() over (
                {{ partition }} order by {{ lower_bound_column }} desc, {{ upper_bound_column }} desc
            ) = 1 as is_last
        from {{ model }}

    )

    select *
    from bounds
    where not (
        coalesce(lower_bound {{ '<=' if zero_length_range_allowed else '<' }} upper_bound, false)
        and (
            is_last
            or coalesce(upper_bound {{ next_bound_operators[gaps] }} next_lower_bound, false)
        )
    )
{% endmacro %}
