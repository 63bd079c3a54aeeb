{#- The day that the marts described before this nightly run, as a literal; null in a full run. -#}
{%- macro previous_as_of_date() -%}
    {%- if is_nightly() -%}
        {%- set day = run_query(
            'select max(as_of_date) from ' ~ relation_of('int_loads__processed_batches')
        ).rows[0][0] -%}
        {{ return("cast('" ~ day ~ "' as date)") }}
    {%- endif -%}
    {{ return('cast(null as date)') }}
{%- endmacro -%}
