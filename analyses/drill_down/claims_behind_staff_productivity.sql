-- What is behind a person's productivity of a month? Each touch, or each denial that it brought to
-- its end, and each working day.
with

cells as (

    select * from {{ ref('kpi_staff_productivity') }}

),

work_items as (

    select * from {{ ref('fct_work_items') }}

),

denials as (

    select * from {{ ref('fct_denials') }}
    where not is_repeat and resolved_date is not null

),

staff as (

    select * from {{ ref('dim_staff') }}

),

dates as (

    select * from {{ ref('dim_date') }}

),

people as (

    select
        staff.staff_key as version_key,
        current_staff.staff_key,

        current_staff.hired_date,
        current_staff.left_date

    from staff
    inner join staff as current_staff
        on staff.staff_id = current_staff.staff_id and current_staff.is_current

),

touches as (

    select
        work_items.work_item_key,
        work_items.claim_key,
        people.staff_key,

        work_items.work_type,

        work_items.worked_date

    from work_items
    inner join people
        on work_items.staff_key = people.version_key

),

closing_touches as (

    select
        touches.work_item_key,
        touches.claim_key,
        touches.staff_key,

        denials.denied_amount - denials.open_amount as resolved_amount,
        row_number() over (
            partition by denials.denial_key
            order by touches.worked_date desc, touches.work_item_key asc
        ) as touches_back,

        denials.resolved_date

    from denials
    inner join touches
        on
            denials.claim_key = touches.claim_key
            and denials.denied_date <= touches.worked_date
            and denials.resolved_date >= touches.worked_date
    where touches.work_type in ('denial_rework', 'appeal', 'write_off')

),

data_period as (

    select
        min(cast({{ dbt.date_trunc('month', 'worked_date') }} as date)) as first_date
    from touches

),

as_of as (

    select max(snapshot_date) as as_of_date from {{ ref('fct_ar_daily') }}

),

contributions as (

    select
        'touches' as measure,
        staff_key,
        work_item_key,
        claim_key,
        1 as numerator,
        0 as denominator,
        worked_date as done_date
    from touches

    union all

    select
        'dollars' as measure,
        staff_key,
        work_item_key,
        claim_key,
        resolved_amount as numerator,
        0 as denominator,
        resolved_date as done_date
    from closing_touches
    where touches_back = 1

    {% for measure in ['touches', 'dollars'] -%}
        union all

        select
            '{{ measure }}' as measure,
            people.staff_key,
            cast(null as uuid) as work_item_key,
            cast(null as uuid) as claim_key,
            0 as numerator,
            1 as denominator,
            dates.date_key as done_date
        from people
        cross join data_period
        cross join as_of
        inner join dates
            on
                people.hired_date <= dates.date_key
                and coalesce(people.left_date, cast('9999-12-31' as date)) >= dates.date_key
        where
            people.version_key = people.staff_key
            and not dates.is_weekend
            and dates.date_key >= data_period.first_date
            and dates.date_key <= as_of.as_of_date

    {% endfor -%}
),

dated as (

    select
        measure,
        staff_key,
        work_item_key,
        claim_key,

        numerator,
        denominator,

        done_date,
        cast({{ dbt.date_trunc('month', 'done_date') }} as date) as month_start_date

    from contributions

),

drilled as (

    select
        cells.kpi_staff_productivity_key,
        dated.work_item_key,
        dated.claim_key,

        dated.numerator,
        dated.denominator,

        dated.done_date

    from cells
    inner join dated
        on
            cells.measure = dated.measure
            and cells.staff_key = dated.staff_key
            and cells.month_start_date = dated.month_start_date
    where {{ is_of_cell('cells.kpi_staff_productivity_key') }}

)

select * from drilled
