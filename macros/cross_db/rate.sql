{#- A ratio to six places, rounded half up; null, not zero, when there is nothing to divide by. In whole
    millionths where the engine divides decimals as floating point, so that all engines agree. -#}
{%- macro rate(numerator, denominator) -%}
    {{ return(adapter.dispatch('rate', 'rcm_warehouse')(numerator, denominator)) }}
{%- endmacro -%}

{%- macro default__rate(numerator, denominator) -%}
    cast(
        round(
            cast({{ numerator }} as numeric(28, 6)) / nullif({{ denominator }}, 0), 6
        ) as {{ type_rate() }}
    )
{%- endmacro -%}

{%- macro duckdb__rate(numerator, denominator) -%}
    {#- its // cuts towards zero: halves are rounded away from zero without their signs -#}
    {%- set dividend -%} cast(cast({{ numerator }} as decimal(28, 6)) * 1000000 as hugeint) {%- endset -%}
    {%- set divisor -%} cast(cast({{ denominator }} as decimal(28, 6)) * 1000000 as hugeint) {%- endset -%}
    cast(
        cast(
            sign({{ dividend }}) * sign({{ divisor }})
            * (
                (2000000 * abs({{ dividend }}) + abs({{ divisor }}))
                // nullif(2 * abs({{ divisor }}), 0)
            )
            as decimal(32, 0)
        ) * 0.000001 as {{ type_rate() }}
    )
{%- endmacro -%}
