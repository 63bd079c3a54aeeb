{#- The text that names a row among those of its table: the columns of its key, joined by hyphens. -#}
{%- macro row_id(key, alias) -%}
    {%- for column in key -%}
        cast({{ alias }}.{{ column }} as {{ dbt.type_string() }})
        {{- " || '-' || " if not loop.last -}}
    {%- endfor -%}
{%- endmacro -%}
