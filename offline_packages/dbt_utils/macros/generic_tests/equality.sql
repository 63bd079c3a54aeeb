{#- Two relations hold the same set of rows, in all columns, in compare_columns, or in all but
    exclude_columns; with `precision`, numbers are equal that agree in so many decimals. As sets:
    how often a row occurs does not count (equal_rowcount beside it sees that). -#}
{% test equality(model, compare_model, compare_columns=none, exclude_columns=none, precision=none) %}
    {{ return(adapter.dispatch('test_equality', 'dbt_utils')(
        model, compare_model, compare_columns, exclude_columns, precision
    )) }}
{% endtest %}

{% macro default__test_equality(model, compare_model, compare_columns=none, exclude_columns=none, precision=none) %}
    {%- if not execute -%}
        {{ return('') }}
    {%- endif -%}
    {%- if compare_columns and exclude_columns -%}
        {{ exceptions.raise_compiler_error(
            "equality: give either compare_columns or exclude_columns, not both"
        ) }}
    {%- endif -%}

    {%- set model_columns = adapter.get_columns_in_relation(model) -%}
    {%- if compare_columns -%}
        {%- set wanted = compare_columns | map('lower') | list -%}
    {%- else -%}
        {%- set excluded = (exclude_columns or []) | map('lower') | list -%}
        {%- set wanted = model_columns | map(attribute='name') | map('lower') | reject('in', excluded) | list -%}
        {%- set other_columns = adapter.get_columns_in_relation(compare_model) -%}
        {%- set other = other_columns | map(attribute='name') | map('lower') | reject('in', excluded) | list -%}
        {%- if wanted | sort != other | sort -%}
            {{ exceptions.raise_compiler_error(
                "equality: " ~ model ~ " has the columns " ~ wanted | sort | join(', ') ~ ", but "
                ~ compare_model ~ " has " ~ other | sort | join(', ')
            ) }}
        {%- endif -%}
    {%- endif -%}

    {%- set select_list = [] -%}
    {%- for column in model_columns if column.name | lower in wanted -%}
        {%- set name = adapter.quote(column.name) -%}
        {#- DuckDB's type comes with its precision, as DECIMAL(14,2), which is_numeric() misses -#}
        {%- set type = (column.data_type | lower).split('(')[0] -%}
        {%- if precision is not none and (
            column.is_float() or type in ('decimal', 'numeric', 'double', 'float', 'real')
        ) -%}
            {%- do select_list.append(
                "round(cast(" ~ name ~ " as " ~ dbt.type_numeric() ~ "), " ~ precision ~ ") as " ~ name
            ) -%}
        {%- else -%}
            {%- do select_list.append(name) -%}
        {%- endif -%}
    {%- endfor -%}
    {%- if select_list | length != wanted | length -%}
        {{ exceptions.raise_compiler_error(
            "equality: compare_columns names " ~ wanted | join(', ') ~ ", but " ~ model ~ " has "
            ~ model_columns | map(attribute='name') | join(', ')
        ) }}
    {%- endif -%}
    {%- set columns = select_list | join(', ') %}

    with

    model_rows as (

        select {{ columns }} from {{ model }}

    ),

    compare_rows as (

        select {{ columns }} from {{ compare_model }}

    ),

    only_in_model as (

        select * from model_rows
        {{ dbt.except() }}
        select * from compare_rows

    ),

    only_in_compare as (

        select * from compare_rows
        {{ dbt.except() }}
        select * from model_rows

    )

    select 'only in the model' as which_diff, only_in_model.*
    from only_in_model
    union all
    select 'only in the compared model' as which_diff, only_in_compare.*
    from only_in_compare
{% endmacro %}
