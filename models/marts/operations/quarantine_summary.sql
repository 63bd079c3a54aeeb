with

quarantined as (

    select * from {{ ref('int_quarantine__rows') }}

),

arrivals as (

    select * from {{ ref('int_quarantine__arrivals_counted') }}

),

quarantined_by_reason as (

    select
        source_name,
        table_name,
        reason as outcome,

        count(*) as row_count,
        sum(case when is_resolved then 0 else 1 end) as open_row_count,
        sum(amount) as amount,
        sum(case when is_resolved then 0 else amount end) as open_amount

    from quarantined
    group by 1, 2, 3

),

quarantined_by_table as (

    select
        source_name,
        table_name,

        sum(
            case when outcome in ('orphan', 'parent_unusable') then row_count else 0 end
        ) as orphan_count,
        sum(
            case when outcome in ('orphan', 'parent_unusable') then amount else 0 end
        ) as orphan_amount,
        sum(row_count) as row_count

    from quarantined_by_reason
    group by 1, 2

),

others as (

    -- orphans are in staging, the other quarantined rows are not; the rest of what arrived was sent
    -- again, changed or not
    select
        arrivals.source_name,
        arrivals.table_name,

        arrivals.staged_count - coalesce(quarantined_by_table.orphan_count, 0) as usable_count,
        arrivals.staged_amount - coalesce(quarantined_by_table.orphan_amount, 0) as usable_amount,
        arrivals.arrived_count - arrivals.staged_count
        - coalesce(quarantined_by_table.row_count - quarantined_by_table.orphan_count, 0)
            as superseded_count

    from arrivals
    left join quarantined_by_table
        on
            arrivals.source_name = quarantined_by_table.source_name
            and arrivals.table_name = quarantined_by_table.table_name

),

outcomes as (

    select
        source_name,
        table_name,
        outcome,

        row_count,
        open_row_count,
        amount,
        open_amount

    from quarantined_by_reason

    union all

    select
        source_name,
        table_name,
        'usable' as outcome,

        usable_count as row_count,
        0 as open_row_count,
        usable_amount as amount,
        0 as open_amount

    from others

    union all

    select
        source_name,
        table_name,
        'superseded' as outcome,

        superseded_count as row_count,
        0 as open_row_count,
        0 as amount,
        0 as open_amount

    from others
    where superseded_count > 0

),

summary as (

    select
        {{ surrogate_key(['source_name', 'table_name', 'outcome']) }} as quarantine_summary_key,

        source_name,
        table_name,
        outcome,

        cast(row_count as bigint) as row_count,
        cast(open_row_count as bigint) as open_row_count,
        cast(amount as {{ type_money() }}) as amount,
        cast(open_amount as {{ type_money() }}) as open_amount

    from outcomes

)

select * from summary
