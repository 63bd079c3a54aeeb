{#- The layer is the schema: raw, reference, staging, intermediate, mart. Tests that are stored go
    beside the profile's own schema. A developer who shares a server takes a database of their own. -#}
{%- macro generate_schema_name(custom_schema_name, node) -%}
    {{ custom_schema_name | trim if custom_schema_name else target.schema }}
{%- endmacro -%}
