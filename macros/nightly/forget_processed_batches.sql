{#- A full run that ends half-way must not pass for a complete one: until its end nothing counts as
    processed. -#}
{%- macro forget_processed_batches() -%}
    {%- if execute and not is_nightly() -%}
        {%- set processed = graph.nodes['model.' ~ project_name ~ '.int_loads__processed_batches'] -%}
        {%- set relation = adapter.get_relation(
            processed.database, processed.schema, processed.alias
        ) -%}
        {%- if relation and relation.type == 'table' -%}
            delete from {{ relation }}
        {%- endif -%}
    {%- endif -%}
{%- endmacro -%}
