{#- A ratio to six places; null, not zero, when there is nothing to divide by. -#}
{%- macro rate(numerator, denominator) -%}
    cast(
        round(
            cast({{ numerator }} as numeric(28, 6)) / nullif({{ denominator }}, 0), 6
        ) as {{ type_rate() }}
    )
{%- endmacro -%}
