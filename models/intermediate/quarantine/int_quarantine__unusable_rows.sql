with

unusable as (

    {% for table in raw_tables() if table.is_judged -%}
        {% set amount = 'arrivals.' ~ table.amount if table.amount else 0 -%}
        select
            '{{ table.source_name }}' as source_name,
            '{{ table.table_name }}' as table_name,
            {{ row_id(table.key, 'arrivals') }} as row_id,

            arrivals.unusable_reason as reason,
            arrivals.unusable_column as column_name,

            cast({{ amount }} as {{ type_money() }}) as amount,

            arrivals._loaded_at,
            arrivals._source_file,
            arrivals._batch_id

        from {{ ref(table.base) }} as arrivals
        where arrivals.unusable_reason is not null
        {{ 'union all' if not loop.last }}
    {% endfor %}
)

select * from unusable
