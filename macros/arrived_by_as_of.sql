{#- Keeps the rows that had arrived by the end of as_of_date. Every staging model applies it, so that
    a run as of a past day sees what was known that day and nothing later. -#}
{%- macro arrived_by_as_of() -%}
    {%- if var('as_of_date') -%}
        _loaded_at < {{ dbt.dateadd('day', 1, "cast('" ~ var('as_of_date') ~ "' as timestamp)") }}
    {%- else -%}
        true
    {%- endif -%}
{%- endmacro -%}
