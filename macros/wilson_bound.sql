{#- One bound of the 95 % Wilson score interval of numerator of denominator (sign '-' or '+'); null
    where the sample is empty. -#}
{%- macro wilson_bound(numerator, denominator, sign) -%}
    {%- set z = 1.959964 -%}
    cast(
        round(
            cast(
                (
                    {{ numerator }} + {{ z * z / 2 }}
                    {{ sign }} {{ z }} * sqrt(
                        {{ numerator }} * ({{ denominator }} - {{ numerator }})
                        / cast(nullif({{ denominator }}, 0) as numeric(28, 6))
                        + {{ z * z / 4 }}
                    )
                ) / nullif({{ denominator }} + {{ z * z }}, 0) as numeric(28, 12)
            ), 6
        ) as {{ type_rate() }}
    )
{%- endmacro -%}
