{#- Rates and averages, to six places. -#}
{%- macro type_rate() -%}
    numeric(18, 6)
{%- endmacro -%}
