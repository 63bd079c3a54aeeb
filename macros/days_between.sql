{#- Whole days from one date to the other, as an integer on every engine. -#}
{%- macro days_between(from_date, to_date) -%}
    cast({{ dbt.datediff(from_date, to_date, 'day') }} as integer)
{%- endmacro -%}
