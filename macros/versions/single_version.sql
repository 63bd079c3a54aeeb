{#- The SCD2 columns of a dimension that keeps one version of each member: it holds for all time. -#}
{%- macro single_version() -%}
    cast(1 as integer) as version,

    true as is_current,

    cast('1900-01-01' as date) as valid_from,
    cast('9999-12-31' as date) as valid_to
{%- endmacro -%}
