{#- An identifier or code as all sources are to write it: capitals, no blanks, null when empty. Resent
    rows differ in just that, so keys are compared in this form only. -#}
{%- macro normalised_code(expression) -%}
    nullif(upper(replace({{ expression }}, ' ', '')), '')
{%- endmacro -%}
