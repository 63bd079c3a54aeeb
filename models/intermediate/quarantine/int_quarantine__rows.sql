with

unusable_rows as (

    select * from {{ ref('int_quarantine__unusable_rows') }}

),

orphans as (

    select * from {{ ref('int_quarantine__orphans') }}

),

dated as (

    select
        source_name,
        table_name,
        row_id,

        reason,
        column_name,

        amount,

        _loaded_at,
        _source_file,
        _batch_id,
        first_value(_loaded_at) over same_again as first_loaded_at,
        first_value(_source_file) over same_again as first_source_file,
        first_value(_batch_id) over same_again as first_batch_id

    from unusable_rows
    window
        same_again as (
            partition by source_name, table_name, row_id, reason, column_name, amount
            order by _loaded_at, _source_file
        )

),

unusable as (

    -- a bad row that is sent anew and bad again is still one row with its dollars
    {{ latest_version('dated', ['source_name', 'table_name', 'row_id']) }}

),

usable as (

    {% for table in raw_tables() if table.is_judged -%}
        select
            unusable.source_name,
            unusable.table_name,
            unusable.row_id
        from unusable
        inner join {{ ref(table.staging) }} as standing
            on
                unusable.row_id = {{ row_id(table.key, 'standing') }}
                and unusable.source_name = '{{ table.source_name }}'
                and unusable.table_name = '{{ table.table_name }}'
        {{ 'union' if not loop.last }}
    {% endfor %}
),

quarantined as (

    select
        unusable.source_name,
        unusable.table_name,
        unusable.row_id,

        unusable.reason,
        unusable.column_name,

        unusable.amount,

        usable.row_id is not null as is_resolved,

        -- when it came first, not when it was sent again
        unusable.first_loaded_at as _loaded_at,
        unusable.first_source_file as _source_file,
        unusable.first_batch_id as _batch_id

    from unusable
    left join usable
        on
            unusable.row_id = usable.row_id
            and unusable.table_name = usable.table_name
            and unusable.source_name = usable.source_name

    union all

    select
        source_name,
        table_name,
        row_id,

        reason,
        column_name,

        amount,

        false as is_resolved,

        _loaded_at,
        _source_file,
        _batch_id

    from orphans

)

select * from quarantined
