{#- Replaces every match of a regular expression. Pattern and replacement are plain text without SQL
    quotes; write [.] and [0-9], not \. and \d: backslashes differ by engine. -#}
{%- macro regexp_replace_all(expression, pattern, replacement) -%}
    {{ return(adapter.dispatch('regexp_replace_all', 'rcm_warehouse')(
        expression, pattern, replacement
    )) }}
{%- endmacro -%}

{%- macro default__regexp_replace_all(expression, pattern, replacement) -%}
    regexp_replace({{ expression }}, '{{ pattern }}', '{{ replacement }}', 'g')
{%- endmacro -%}
