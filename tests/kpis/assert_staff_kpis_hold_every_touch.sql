with

productivity as (

    select * from {{ ref('kpi_staff_productivity') }}
    where definition_id = 'RCM-STAFF-TOUCHES'

),

error_rates as (

    select * from {{ ref('kpi_staff_error_rate') }}

),

work_items as (

    select * from {{ ref('fct_work_items') }}
    where staff_key is not null

),

signed_touches as (

    select
        month_start_date,
        numerator as productivity_touches,
        0 as error_rate_touches,
        0 as errors
    from productivity

    union all

    select
        month_start_date,
        0 as productivity_touches,
        denominator as error_rate_touches,
        numerator as errors
    from error_rates

    union all

    select
        cast({{ dbt.date_trunc('month', 'worked_date') }} as date) as month_start_date,
        -1 as productivity_touches,
        -1 as error_rate_touches,
        case when is_error then -1 else 0 end as errors
    from work_items

),

differences as (

    select
        month_start_date,

        sum(productivity_touches) as productivity_difference,
        sum(error_rate_touches) as error_rate_difference,
        sum(errors) as error_difference

    from signed_touches
    group by month_start_date

)

select * from differences
where productivity_difference <> 0 or error_rate_difference <> 0 or error_difference <> 0
