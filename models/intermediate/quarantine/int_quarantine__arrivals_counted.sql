{#- The only model above staging that reads raw: what it counts has no other place. -#}
with

counted as (

    {% for table in raw_tables() -%}
        select
            '{{ table.source_name }}' as source_name,
            '{{ table.table_name }}' as table_name,

            (
                select count(*) from {{ source(table.source_name, table.table_name) }}
                where {{ arrived_by_as_of() }}
            ) as arrived_count,
            count(*) as staged_count,
            cast(coalesce(sum({{ table.amount or 0 }}), 0) as {{ type_money() }}) as staged_amount

        from {{ ref(table.staging) }}
        {{ 'union all' if not loop.last }}
    {% endfor %}
)

select * from counted
