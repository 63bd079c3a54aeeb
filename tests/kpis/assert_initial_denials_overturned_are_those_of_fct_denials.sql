with

task_force as (

    select * from {{ ref('kpi_denial_task_force') }}
    where definition_id = 'CITF-6' and measure = 'dollars'

),

denials as (

    select * from {{ ref('fct_denials') }}
    where is_initial

),

as_of as (

    select * from {{ ref('int_calendar__as_of') }}

),

signed_numbers as (

    select
        numerator,
        denominator,
        month_start_date
    from task_force

    union all

    select
        case
            when denials.outcome in ('overturned', 'corrected') then -denials.billed_amount else 0
        end
            as numerator,
        -denials.billed_amount as denominator,
        cast({{ dbt.date_trunc('month', 'denials.denied_date') }} as date) as month_start_date

    from denials
    cross join as_of
    where denials.denied_date <= as_of.as_of_date

),

differences as (

    select
        month_start_date,

        sum(numerator) as numerator_difference,
        sum(denominator) as denominator_difference

    from signed_numbers
    group by 1

)

select * from differences
where numerator_difference <> 0 or denominator_difference <> 0
