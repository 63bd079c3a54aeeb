{#- At the end of a CTE: its columns are computed once a row. PostgreSQL would otherwise copy each
    expression into every place that names the column, regular expressions and all. Nothing on engines
    that share common expressions. -#}
{%- macro computed_once() -%}
    {{ return(adapter.dispatch('computed_once', 'rcm_warehouse')()) }}
{%- endmacro -%}

{%- macro default__computed_once() -%}
{%- endmacro -%}

{%- macro postgres__computed_once() -%}
    offset 0
{%- endmacro -%}
