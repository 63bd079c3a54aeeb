{#- amount x part / whole, rounded half up to the cent, for amounts of zero or more. In whole cents
    where the engine divides decimals as floating point. -#}
{%- macro share_of_money(amount, part, whole) -%}
    {{ return(adapter.dispatch('share_of_money', 'rcm_warehouse')(amount, part, whole)) }}
{%- endmacro -%}

{%- macro default__share_of_money(amount, part, whole) -%}
    round({{ amount }} * {{ part }} / nullif({{ whole }}, 0), 2)
{%- endmacro -%}

{%- macro duckdb__share_of_money(amount, part, whole) -%}
    cast(
        (
            2 * cast({{ amount }} * 100 as hugeint) * cast({{ part }} * 100 as hugeint)
            + cast({{ whole }} * 100 as hugeint)
        ) // nullif(2 * cast({{ whole }} * 100 as hugeint), 0) as decimal(38, 0)
    ) * 0.01
{%- endmacro -%}
