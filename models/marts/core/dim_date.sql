with

dates as (

    {{ dbt_date.get_base_dates(
        start_date=var('calendar_start_date'),
        end_date=var('calendar_end_date')
    ) }}

),

days as (

    select
        cast(date_day as date) as date_day,
        cast('1900-01-01' as date) as known_monday

    from dates

),

numbered as (

    select
        date_day,
        cast({{ dbt.date_trunc('month', 'date_day') }} as date) as month_start_date,
        cast({{ dbt.date_trunc('quarter', 'date_day') }} as date) as quarter_start_date,
        cast({{ dbt.date_trunc('year', 'date_day') }} as date) as year_start_date,
        cast(extract(year from date_day) as integer) as year_number,
        cast(extract(month from date_day) as integer) as month_of_year,
        cast(extract(day from date_day) as integer) as day_of_month,
        -- days since a known Monday: weekday numbers differ from engine to engine
        mod({{ days_between('known_monday', 'date_day') }}, 7) + 1 as iso_day_of_week

    from days

),

dimension as (

    select
        date_day as date_key,

        case month_of_year
            {% for month_name in [
                'January', 'February', 'March', 'April', 'May', 'June', 'July', 'August',
                'September', 'October', 'November', 'December'
            ] -%}
                when {{ loop.index }} then '{{ month_name }}'
            {% endfor -%}
        end as month_name,
        case iso_day_of_week
            {% for day_name in [
                'Monday', 'Tuesday', 'Wednesday', 'Thursday', 'Friday', 'Saturday', 'Sunday'
            ] -%}
                when {{ loop.index }} then '{{ day_name }}'
            {% endfor -%}
        end as day_name,

        year_number,
        cast(extract(quarter from date_day) as integer) as quarter_of_year,
        month_of_year,
        day_of_month,
        iso_day_of_week,
        -- a fiscal year is named after the calendar year in which it ends
        case
            when
                {{ var('fiscal_year_start_month') }} > 1
                and month_of_year >= {{ var('fiscal_year_start_month') }}
                then year_number + 1
            else year_number
        end as fiscal_year_number,
        mod(month_of_year - {{ var('fiscal_year_start_month') }} + 12, 12) + 1
            as fiscal_month_of_year,

        iso_day_of_week >= 6 as is_weekend,
        date_day = {{ dbt.last_day('date_day', 'month') }} as is_month_end,

        month_start_date,
        cast({{ dbt.last_day('date_day', 'month') }} as date) as month_end_date,
        quarter_start_date,
        year_start_date

    from numbered

)

select * from dimension
