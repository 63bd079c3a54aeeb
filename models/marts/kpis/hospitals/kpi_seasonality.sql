{#- What is counted, and the days after a month's end by which all of it is known: a visit at once,
    a charge once posted, a denial once the claim has been sent and answered. -#}
{% set maturity_days = [
    ('encounters', 0),
    ('charges', var('late_arrival_days')),
    ('denials', var('late_arrival_days') + var('denial_cohort_maturity_days')),
] %}
{% set most_months = 36 %}
{#- Weekends make no working day, so months compare by working days; a weekday is one itself. -#}
{% set period_kinds = [
    ('month', 'month_of_year', 'month_name', 'case when dates.is_weekend then 0 else 1 end'),
    ('weekday', 'iso_day_of_week', 'day_name', '1'),
] %}

with

encounters as (

    select * from {{ ref('fct_encounters') }}

),

charges as (

    select * from {{ ref('fct_charges') }}

),

denials as (

    select * from {{ ref('fct_denials') }}
    where is_initial

),

claims as (

    select * from {{ ref('fct_claims') }}

),

dates as {{ inlined() }} (

    select * from {{ ref('dim_date') }}

),

as_of as (

    select * from {{ ref('int_calendar__as_of') }}

),

days as (

    -- all by the day of service, denials too: a remittance's day is the payer's habit
    select
        'encounters' as measure,
        facility_key,
        admit_date as service_date,
        cast(count(*) as {{ type_money() }}) as amount
    from encounters
    group by 1, 2, 3

    union all

    select
        'charges' as measure,
        facility_key,
        service_date,
        cast(sum(charge_amount) as {{ type_money() }}) as amount
    from charges
    group by 1, 2, 3

    union all

    select
        'denials' as measure,
        claims.facility_key,
        claims.service_date,
        cast(count(*) as {{ type_money() }}) as amount
    from denials
    inner join claims
        on denials.claim_key = claims.claim_key
    group by 1, 2, 3

),

first_day as (

    select min(service_date) as first_service_date
    from days

),

full_months as (

    -- the month in which the data begins counts when it begins with the month
    {% for measure, maturity in maturity_days -%}
        select
            '{{ measure }}' as measure,
            count(*) as month_count,
            max(dates.month_start_date) as last_month_start_date,
            max(dates.date_key) as window_end_date
        from dates
        cross join first_day
        cross join as_of
        where
            dates.is_month_end
            and dates.month_start_date >= first_day.first_service_date
            and dates.date_key
            <= {{ dbt.dateadd('day', -maturity, 'as_of.as_of_date') }}
        {{ 'union all' if not loop.last }}
    {% endfor %}
),

windows as (

    -- whole years, so that each calendar month is in it equally often; of the latest, since seasons
    -- change, and so that one date far back does not stretch it
    select
        measure,
        cast(
            case
                when month_count >= 12
                    then least(month_count - mod(month_count, 12), {{ most_months }})
                else month_count
            end as integer
        ) as month_count,
        last_month_start_date,
        window_end_date

    from full_months
    where month_count > 0

),

dated_windows as (

    select
        measure,
        month_count,
        cast(
            {{ dbt.dateadd('month', '1 - month_count', 'last_month_start_date') }} as date
        ) as window_start_date,
        window_end_date

    from windows

),

periods as (

    {% for period_kind, number, label, weight in period_kinds -%}
        select
            dated_windows.measure,
            '{{ period_kind }}' as period_kind,
            dates.{{ number }} as period_number,
            dates.{{ label }} as period_label,
            sum({{ weight }}) as day_count
        from dated_windows
        inner join dates
            on
                dated_windows.window_start_date <= dates.date_key
                and dated_windows.window_end_date >= dates.date_key
        group by 1, 2, 3, 4
        {{ 'union all' if not loop.last }}
    {% endfor %}
),

paced_periods as (

    select
        measure,
        period_kind,
        period_number,
        period_label,
        day_count,
        sum(day_count) over (partition by measure, period_kind) as window_day_count

    from periods

),

amounts as (

    {% for period_kind, number, label, weight in period_kinds -%}
        select
            days.measure,
            days.facility_key,
            '{{ period_kind }}' as period_kind,
            dates.{{ number }} as period_number,
            sum(days.amount) as amount
        from days
        inner join dated_windows
            on
                days.measure = dated_windows.measure
                and days.service_date >= dated_windows.window_start_date
                and days.service_date <= dated_windows.window_end_date
        inner join dates
            on days.service_date = dates.date_key
        group by 1, 2, 3, 4
        {{ 'union all' if not loop.last }}
    {% endfor %}
),

facility_amounts as (

    select
        measure,
        facility_key,
        period_kind,

        sum(amount) as window_amount

    from amounts
    group by 1, 2, 3

),

cells as (

    -- a weekday on which a facility is shut has an index of zero
    select
        paced_periods.measure,
        facility_amounts.facility_key,
        paced_periods.period_kind,
        paced_periods.period_number,
        paced_periods.period_label,
        paced_periods.day_count,
        paced_periods.window_day_count,
        coalesce(amounts.amount, 0) as amount,
        facility_amounts.window_amount

    from facility_amounts
    inner join paced_periods
        on
            facility_amounts.measure = paced_periods.measure
            and facility_amounts.period_kind = paced_periods.period_kind
    left join amounts
        on
            facility_amounts.measure = amounts.measure
            and facility_amounts.facility_key = amounts.facility_key
            and facility_amounts.period_kind = amounts.period_kind
            and paced_periods.period_number = amounts.period_number

),

indexed as (

    -- what the period had, by what it would have had at the facility's average pace: the index of
    -- several periods or facilities is the sum of the ones by the sum of the others
    select
        {{ surrogate_key([
            'cells.measure', 'cells.facility_key', 'cells.period_kind', 'cells.period_number'
        ]) }} as kpi_seasonality_key,
        cells.facility_key,

        'RCM-SEASONALITY' as definition_id,
        cells.measure,
        cells.period_kind,
        cells.period_label,

        cast(cells.period_number as integer) as period_number,
        cast(cells.day_count as integer) as day_count,
        dated_windows.month_count,
        cast(cells.amount as {{ type_money() }}) as numerator,
        {{ rate('cells.window_amount * cells.day_count', 'cells.window_day_count') }}
            as denominator,
        case
            when dated_windows.month_count >= 12
                then
                    {{ rate(
                        'cells.amount * cells.window_day_count',
                        'cells.window_amount * cells.day_count'
                    ) }}
        end as seasonality_index,

        dated_windows.month_count >= 12 as is_mature,

        dated_windows.window_start_date,
        dated_windows.window_end_date,
        as_of.as_of_date

    from cells
    inner join dated_windows
        on cells.measure = dated_windows.measure
    cross join as_of

)

select * from indexed
