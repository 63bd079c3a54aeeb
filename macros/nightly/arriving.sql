{#- Keeps the raw rows that a run takes in: all that had arrived by the end of as_of_date, of which a
    nightly run takes the new ones. -#}
{%- macro arriving() -%}
    {{ arrived_by_as_of() }}
    {%- set is_new = is_new_arrival() -%}
    {%- if is_nightly() %}
        and {{ is_new }}
    {%- endif -%}
{%- endmacro -%}
