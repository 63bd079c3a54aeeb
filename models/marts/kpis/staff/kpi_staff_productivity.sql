with

work_items as {{ inlined() }} (

    select * from {{ ref('fct_work_items') }}

),

denials as (

    select * from {{ ref('fct_denials') }}
    where not is_repeat and resolved_date is not null

),

staff as {{ inlined() }} (

    select * from {{ ref('dim_staff') }}

),

dates as (

    select * from {{ ref('dim_date') }}

),

as_of as (

    select * from {{ ref('int_calendar__as_of') }}

),

people as (

    select
        staff.staff_key as version_key,
        current_staff.staff_key,

        current_staff.role,

        current_staff.hired_date,
        current_staff.left_date

    from staff
    inner join staff as current_staff
        on staff.staff_id = current_staff.staff_id and current_staff.is_current

),

touches as (

    select
        work_items.claim_key,
        people.staff_key,
        work_items.work_item_key,

        work_items.work_type,

        work_items.worked_date

    from work_items
    inner join people
        on work_items.staff_key = people.version_key

),

closing_touches as (

    -- a denial is resolved by whoever touched its claim last before it was: corrected, appealed or
    -- written off. What came to an end untouched is nobody's
    select
        denials.denial_key,
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

done as (

    select
        'RCM-STAFF-TOUCHES' as definition_id,
        'touches' as measure,
        staff_key,
        cast(count(*) as {{ type_money() }}) as numerator,
        cast({{ dbt.date_trunc('month', 'worked_date') }} as date) as month_start_date
    from touches
    group by 3, 5

    union all

    select
        'RCM-STAFF-RESOLVED' as definition_id,
        'dollars' as measure,
        staff_key,
        cast(sum(resolved_amount) as {{ type_money() }}) as numerator,
        cast({{ dbt.date_trunc('month', 'resolved_date') }} as date) as month_start_date
    from closing_touches
    where touches_back = 1
    group by 3, 5

),

period as (

    select
        min(cast({{ dbt.date_trunc('month', 'worked_date') }} as date)) as first_date
    from touches

),

business_days as (

    -- Monday to Friday; holidays count, since no list of a house's own holidays is here
    select
        dates.date_key,
        dates.month_start_date

    from dates
    cross join period
    cross join as_of
    where
        not dates.is_weekend
        and dates.date_key >= period.first_date
        and dates.date_key <= as_of.as_of_date

),

employed_days as (

    select
        people.staff_key,

        count(*) as working_days,

        business_days.month_start_date

    from people
    inner join business_days
        on
            people.hired_date <= business_days.date_key
            and coalesce(people.left_date, cast('9999-12-31' as date)) >= business_days.date_key
    where people.version_key = people.staff_key
    group by 1, 3

),

measures as (

    select
        'RCM-STAFF-TOUCHES' as definition_id,
        'touches' as measure
    union all
    select
        'RCM-STAFF-RESOLVED' as definition_id,
        'dollars' as measure

),

cells as (

    -- who was employed and did nothing has a row; so has who did something all the same
    select
        measures.definition_id,
        measures.measure,
        employed_days.staff_key,
        employed_days.month_start_date
    from employed_days
    cross join measures

    union

    select
        definition_id,
        measure,
        staff_key,
        month_start_date
    from done

),

summed as (

    select
        cells.definition_id,
        cells.measure,
        cells.staff_key,
        people.role,

        coalesce(done.numerator, 0) as numerator,
        cast(coalesce(employed_days.working_days, 0) as {{ type_money() }}) as denominator,

        {{ dbt.last_day('cells.month_start_date', 'month') }} <= as_of.as_of_date as is_mature,

        cells.month_start_date

    from cells
    inner join people
        on cells.staff_key = people.version_key
    left join done
        on
            cells.definition_id = done.definition_id
            and cells.staff_key = done.staff_key
            and cells.month_start_date = done.month_start_date
    left join employed_days
        on
            cells.staff_key = employed_days.staff_key
            and cells.month_start_date = employed_days.month_start_date
    cross join as_of
    where cells.month_start_date <= as_of.as_of_date

),

measured as (

    select
        {{ surrogate_key(['definition_id', 'staff_key', 'month_start_date']) }}
            as kpi_staff_productivity_key,
        staff_key,

        definition_id,
        measure,
        role,

        cast(numerator as {{ type_money() }}) as numerator,
        denominator,
        {{ kpi_trend_columns(
            ['definition_id', 'staff_key'],
            rate_when='is_mature',
            value='per_working_day',
            with_interval=false
        ) }},

        is_mature,

        month_start_date

    from summed

),

changed as (

    select
        kpi_staff_productivity_key,
        staff_key,

        definition_id,
        measure,
        role,

        numerator,
        denominator,
        per_working_day,
        previous_month_per_working_day,
        per_working_day - previous_month_per_working_day as per_working_day_change,
        trailing_three_month_per_working_day,

        is_mature,

        month_start_date

    from measured

)

select * from changed
