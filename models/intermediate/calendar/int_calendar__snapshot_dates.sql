with

dates as (

    {{ dbt_date.get_base_dates(
        start_date=var('calendar_start_date'),
        end_date=var('calendar_end_date')
    ) }}

),

as_of as (

    select * from {{ ref('int_calendar__as_of') }}

),

accounts as (

    select * from {{ ref('int_claims__accounts') }}

),

first_charge as (

    -- before the first charge there is no balance to keep
    select min(first_charge_post_date) as first_post_date
    from accounts

),

snapshot_dates as (

    select
        cast(dates.date_day as date) as snapshot_date,
        cast({{ dbt.date_trunc('month', 'dates.date_day') }} as date) as month_start_date,

        -- the day that the marts describe is a snapshot too, though its month may not be over
        cast(dates.date_day as date)
        = {{ dbt.last_day('dates.date_day', 'month') }} as is_month_end

    from dates
    cross join as_of
    cross join first_charge
    where
        cast(dates.date_day as date) between first_charge.first_post_date and as_of.as_of_date
        and (
            cast(dates.date_day as date) = {{ dbt.last_day('dates.date_day', 'month') }}
            or cast(dates.date_day as date) = as_of.as_of_date
        )

)

select * from snapshot_dates
