with

batches as (

    select * from {{ source('loads', 'load_batches') }}

),

rows_by_batch as (

    {% for table in raw_tables() -%}
        select
            '{{ table.source_name }}' as source_name,
            '{{ table.table_name }}' as table_name,
            _batch_id as batch_id,

            count(*) as row_count

        from {{ source(table.source_name, table.table_name) }}
        group by 1, 2, 3
        {{ 'union all' if not loop.last }}
    {% endfor %}
),

unregistered as (

    -- a nightly run would never see them
    select
        rows_by_batch.source_name,
        rows_by_batch.table_name,
        rows_by_batch.batch_id,

        rows_by_batch.row_count

    from rows_by_batch
    left join batches
        on
            rows_by_batch.batch_id = batches.batch_id
            and batches.status = 'loaded'
    where batches.batch_id is null

)

select * from unregistered
