{#- A word of a list of ours (denial_writeoff, card): small letters, trimmed, null when empty. -#}
{%- macro normalised_category(expression) -%}
    nullif(lower(trim({{ expression }})), '')
{%- endmacro -%}
