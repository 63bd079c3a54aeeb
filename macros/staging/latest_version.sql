{#- A query that keeps one row per key: the latest that arrived; of several that arrived together the
    first in then_by (the later state of a row that changes), then by file and batch. Not
    dbt_utils.deduplicate: on engines that it does not name, DuckDB among them, that one joins the rows
    to themselves by all columns and drops every row with a null.

    relation  CTE, already filtered: what can't be used must not hide what can
    key       columns of the key
    then_by   order by terms, such as 'discharge_date desc nulls last' -#}
{%- macro latest_version(relation, key, then_by=[]) -%}
    {{ return(adapter.dispatch('latest_version', 'rcm_warehouse')(
        relation, key | join(', '),
        (['_loaded_at desc'] + then_by + ['_source_file desc', '_batch_id desc']) | join(', ')
    )) }}
{%- endmacro -%}

{%- macro default__latest_version(relation, key, latest_first) -%}
    select *
    from {{ relation }}
    qualify row_number() over (partition by {{ key }} order by {{ latest_first }}) = 1
{%- endmacro -%}

{%- macro postgres__latest_version(relation, key, latest_first) -%}
    select distinct on ({{ key }}) *
    from {{ relation }}
    order by {{ key }}, {{ latest_first }}
{%- endmacro -%}
