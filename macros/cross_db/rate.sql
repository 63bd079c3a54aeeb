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
    cast(
        cast(
            (
                2000000 * cast(cast({{ numerator }} as decimal(28, 6)) * 1000000 as hugeint)
                + cast(cast({{ denominator }} as decimal(28, 6)) * 1000000 as hugeint)
            )
            // nullif(2 * cast(cast({{ denominator }} as decimal(28, 6)) * 1000000 as hugeint), 0)
            as decimal(32, 0)
        ) * 0.000001 as {{ type_rate() }}
    )
{%- endmacro -%}
