with

unusable as (

    {% for table in raw_tables() if table.is_judged -%}
        select
            '{{ table.source_name }}' as source_name,
            '{{ table.table_name }}' as table_name,
            {{ row_id(table.key, 'arrivals') }} as row_id,

            unusable_reason as reason,
            unusable_column as column_name,

            cast({{ table.amount or 0 }} as {{ type_money() }}) as amount,

            _loaded_at,
            _source_file,
            _batch_id

        from {{ ref(table.base) }} as arrivals
        where unusable_reason is not null
        {{ 'union all' if not loop.last }}
    {% endfor %}
)

select * from unusable
