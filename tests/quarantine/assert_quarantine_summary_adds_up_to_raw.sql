with

summary as (

    select * from {{ ref('quarantine_summary') }}

),

quarantined as (

    select * from {{ ref('quarantined_rows') }}

),

raw_counts as (

    {% for table in raw_tables() -%}
        select
            '{{ table.source_name }}' as source_name,
            '{{ table.table_name }}' as table_name,

            count(*) as row_count

        from {{ source(table.source_name, table.table_name) }}
        where {{ arrived_by_as_of() }}
        {{ 'union all' if not loop.last }}
    {% endfor %}
),

quarantined_by_table as (

    select
        source_name,
        table_name,

        sum(open_amount) as open_amount

    from quarantined
    group by 1, 2

),

summary_by_table as (

    select
        source_name,
        table_name,

        sum(row_count) as row_count,
        sum(open_amount) as open_amount

    from summary
    group by 1, 2

),

compared as (

    select
        raw_counts.source_name,
        raw_counts.table_name,

        raw_counts.row_count as raw_count,
        summary_by_table.row_count as summary_count,
        coalesce(quarantined_by_table.open_amount, 0) as open_amount,
        summary_by_table.open_amount as summary_open_amount

    from raw_counts
    left join summary_by_table
        on
            raw_counts.source_name = summary_by_table.source_name
            and raw_counts.table_name = summary_by_table.table_name
    left join quarantined_by_table
        on
            raw_counts.source_name = quarantined_by_table.source_name
            and raw_counts.table_name = quarantined_by_table.table_name

)

select * from compared
where
    raw_count is distinct from summary_count
    or open_amount is distinct from summary_open_amount
