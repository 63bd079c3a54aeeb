{#- Whether a text contains a match of a regular expression. The pattern is plain text without SQL
    quotes. Write [.] and [0-9], not \. and \d: backslashes differ by engine. -#}
{%- macro regexp_matches(expression, pattern) -%}
    {{ return(adapter.dispatch('regexp_matches', 'rcm_warehouse')(expression, pattern)) }}
{%- endmacro -%}

{%- macro default__regexp_matches(expression, pattern) -%}
    {{ expression }} ~ '{{ pattern }}'
{%- endmacro -%}

{%- macro duckdb__regexp_matches(expression, pattern) -%}
    regexp_matches({{ expression }}, '{{ pattern }}')
{%- endmacro -%}
