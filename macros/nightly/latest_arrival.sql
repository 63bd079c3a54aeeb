{#- A staging model's query: the latest version of each row of its raw table, as latest_version gives
    it. A nightly run compares what arrives with what stands, so that it reads no history.

    relation  CTE with the usable arrivals; has at least the model's columns -#}
{%- macro latest_arrival(relation, key, then_by=[]) -%}
    {%- set is_new = is_new_arrival() -%}
    {%- if not is_nightly() -%}
        {{ return(latest_version(relation, key, then_by)) }}
    {%- endif -%}
    {%- set columns = adapter.get_columns_in_relation(this) | map(attribute='name') | join(', ') -%}
    {%- set arrivals -%}
        (
            select {{ columns }} from {{ relation }}
            where {{ is_new }}
            union all
            select {{ columns }} from {{ this }}
            where
                ({{ key | join(', ') }}) in (
                    select {{ key | join(', ') }} from {{ relation }} where {{ is_new }}
                )
        ) as arrivals
    {%- endset -%}
    {{ return(latest_version(arrivals, key, then_by)) }}
{%- endmacro -%}
