{#- US dollars and cents, exact. -#}
{%- macro type_money() -%}
    numeric(14, 2)
{%- endmacro -%}
