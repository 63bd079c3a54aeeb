{#- For config(sql_header=...) of a model that sums many columns for nearly as many groups as it has
    rows: PostgreSQL would hash them, and spill several times over what one sort costs (measured in
    DECISIONS.md). DuckDB groups out of memory well by itself. -#}
{%- macro grouped_by_sorting() -%}
    {{ return(adapter.dispatch('grouped_by_sorting', 'rcm_warehouse')()) }}
{%- endmacro -%}

{%- macro default__grouped_by_sorting() -%}
    {{ return(none) }}
{%- endmacro -%}

{%- macro postgres__grouped_by_sorting() -%}
    {{ return('set local enable_hashagg = off;') }}
{%- endmacro -%}
