{#- The SCD2 columns of rows that are one version each, at most one a key and day. A version holds from
    the day that it arrived, the first one from ever: what happened before the first export happened to
    the member as first exported. -#}
{%- macro version_columns(key) -%}
    {%- set in_order -%}
        over (partition by {{ key | join(', ') }} order by _loaded_at)
    {%- endset -%}
    cast(row_number() {{ in_order }} as integer) as version,

    lead(_loaded_at) {{ in_order }} is null as is_current,

    case
        when lag(_loaded_at) {{ in_order }} is null then cast('1900-01-01' as date)
        else cast(_loaded_at as date)
    end as valid_from,
    coalesce(
        cast({{ dbt.dateadd('day', -1, 'cast(lead(_loaded_at) ' ~ in_order ~ ' as date)') }} as date),
        cast('9999-12-31' as date)
    ) as valid_to
{%- endmacro -%}
