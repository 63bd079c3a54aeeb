{#- The columns of a relation as a select list, without those in `except` (in any case), each with
    an optional table alias, prefix and suffix. -#}
{% macro star(from, relation_alias=false, except=[], prefix='', suffix='', quote_identifiers=true) -%}
    {{ return(adapter.dispatch('star', 'dbt_utils')(
        from, relation_alias, except, prefix, suffix, quote_identifiers
    )) }}
{%- endmacro %}

{% macro default__star(from, relation_alias, except, prefix, suffix, quote_identifiers) -%}
    {%- if not execute -%}
        {{ return('*') }}
    {%- endif -%}
    {%- set left_out = except | map('lower') | list -%}
    {%- set items = [] -%}
    {%- for column in adapter.get_columns_in_relation(from) if column.name | lower not in left_out -%}
        {%- set name = adapter.quote(column.name) if quote_identifiers else column.name -%}
        {%- set item = (relation_alias ~ '.' if relation_alias else '') ~ name -%}
        {%- if prefix or suffix -%}
            {%- set renamed = prefix ~ column.name ~ suffix -%}
            {%- set renamed = adapter.quote(renamed) if quote_identifiers else renamed -%}
            {%- set item = item ~ ' as ' ~ renamed -%}
        {%- endif -%}
        {%- do items.append(item) -%}
    {%- endfor -%}
    {%- if not items -%}
        {{ exceptions.raise_compiler_error(
            "dbt_utils.star: no columns are left of " ~ from ~ " after except=" ~ except
        ) }}
    {%- endif -%}
    {{ return(items | join(',\n    ')) }}
{%- endmacro %}
