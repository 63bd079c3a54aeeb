{#- Marks an import CTE that is read more than once: PostgreSQL would otherwise copy the whole table
    aside, with all its columns and without its statistics, and plan the joins blindly. Nothing on
    engines that inline by themselves. -#}
{%- macro inlined() -%}
    {{ return(adapter.dispatch('inlined', 'rcm_warehouse')()) }}
{%- endmacro -%}

{%- macro default__inlined() -%}
{%- endmacro -%}

{%- macro postgres__inlined() -%}
    not materialized
{%- endmacro -%}
