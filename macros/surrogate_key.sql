{#- The one way to make a key. Stored as uuid where the engine has the type: 16 bytes a value, where
    the 32 characters of the hash take 33 (measured in DECISIONS.md). -#}
{%- macro surrogate_key(columns) -%}
    {{ return(adapter.dispatch('surrogate_key', 'rcm_warehouse')(columns)) }}
{%- endmacro -%}

{%- macro default__surrogate_key(columns) -%}
    cast({{ dbt_utils.generate_surrogate_key(columns) }} as uuid)
{%- endmacro -%}
