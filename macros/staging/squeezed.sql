{#- A text without stray blanks: trimmed, inner ones single, null when empty. -#}
{%- macro squeezed(expression) -%}
    nullif(trim({{ regexp_replace_all(expression, ' +', ' ') }}), '')
{%- endmacro -%}
