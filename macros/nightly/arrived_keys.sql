{#- A query with the keys of rows that are judged by their children (raw_tables): of those that arrived
    or whose children did.

    table_name  table whose rows are judged so -#}
{%- macro arrived_keys(table_name) -%}
    {%- set is_new = is_new_arrival() -%}
    {#- a unit test runs no night, and has no graph to find relations in -#}
    {%- if execute and model.resource_type == 'model' -%}
        {%- set table = raw_tables() | selectattr('table_name', 'equalto', table_name) | first -%}
        {%- for model_name in [table.base] + table.children %}
            select {{ table.key[0] }} from {{ relation_of(model_name) }} where {{ is_new }}
            {{- ' union ' if not loop.last }}
        {%- endfor -%}
    {%- endif -%}
{%- endmacro -%}

{#- Whether a row that is judged by its children is among those; true in a full run. -#}
{%- macro is_judged_anew(table_name, key) -%}
    {%- set keys = arrived_keys(table_name) -%}
    {{ return(key ~ ' in (' ~ keys ~ ')' if is_nightly() else 'true') }}
{%- endmacro -%}
