{#- Fresh statistics for the planner: PostgreSQL knows nothing of a table that was just built until
    it is analyzed, and joins built on a guess can take hours. Engines that count as they write need
    none. -#}
{%- macro analyze_table() -%}
    {{ return(adapter.dispatch('analyze_table', 'rcm_warehouse')()) }}
{%- endmacro -%}

{%- macro default__analyze_table() -%}
{%- endmacro -%}

{%- macro postgres__analyze_table() -%}
    {#- what a nightly run adds to a table is left to autovacuum -#}
    {%- if model.config.materialized != 'view'
        and not (model.config.materialized == 'incremental' and is_nightly()) -%}
        analyze {{ this }}
    {%- endif -%}
{%- endmacro -%}
