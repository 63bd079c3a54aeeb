{#- What balances age from, as var aging_basis says, once it is one of the words that mean something. -#}
{%- macro aging_basis() -%}
    {%- set allowed = ['service', 'submission', 'last_payer_action'] -%}
    {%- set basis = var('aging_basis') -%}
    {%- if basis not in allowed -%}
        {{ exceptions.raise_compiler_error(
            "aging_basis: the var must be one of " ~ allowed | join(', ') ~ "; not '" ~ basis ~ "'."
        ) }}
    {%- endif -%}
    {{ return(basis) }}
{%- endmacro -%}
