{% set last_day_of_month = dbt.last_day('cells.month_start_date', 'month') %}

with

charge_collections as (

    select * from {{ ref('fct_charge_collections') }}

),

procedures as (

    select * from {{ ref('dim_procedure') }}

),

as_of as (

    select * from {{ ref('int_calendar__as_of') }}

),

cells as (

    select
        procedure_key,
        facility_key,
        cast({{ dbt.date_trunc('month', 'service_date') }} as date) as month_start_date,

        count(*) as line_count,
        sum(units) as units,
        sum(charge_amount) as charge_amount,
        sum(expected_allowed_amount) as expected_allowed_amount,
        sum(collected_amount) as collected_amount,
        sum(cost_amount) as cost_amount

    from charge_collections
    group by 1, 2, 3

),

aged as (

    -- the share of the cost, which is never below zero: the margin is what is left of one
    select
        cells.procedure_key,
        cells.facility_key,
        procedures.procedure_family,
        'RCM-PROCEDURE-MARGIN' as definition_id,

        cells.line_count,
        cells.units,
        cells.charge_amount,
        cells.expected_allowed_amount,
        cells.collected_amount,
        cells.cost_amount,
        cells.cost_amount as numerator,
        cells.collected_amount as denominator,

        {{ last_day_of_month }}
        <= {{ dbt.dateadd(
            'day', -var('collection_maturity_days'), 'as_of.as_of_date'
        ) }} as is_mature,

        cells.month_start_date

    from cells
    cross join as_of
    inner join procedures
        on cells.procedure_key = procedures.procedure_key

),

rated as (

    select
        {{ surrogate_key(['procedure_key', 'facility_key', 'month_start_date']) }}
            as kpi_procedure_profitability_key,
        facility_key,
        procedure_key,

        definition_id,
        procedure_family,

        line_count,
        units,
        charge_amount,
        expected_allowed_amount,
        collected_amount,
        cost_amount,
        {{ kpi_trend_columns(
            ['procedure_key', 'facility_key'],
            rate_when='is_mature and denominator > 0',
            value='cost_rate',
            with_interval=false
        ) }},

        is_mature,

        month_start_date

    from aged

),

margins as (

    select
        kpi_procedure_profitability_key,
        facility_key,
        procedure_key,

        definition_id,
        procedure_family,

        cast(line_count as integer) as line_count,
        cast(units as {{ type_money() }}) as units,
        cast(charge_amount as {{ type_money() }}) as charge_amount,
        cast(expected_allowed_amount as {{ type_money() }}) as expected_allowed_amount,
        cast(collected_amount as {{ type_money() }}) as collected_amount,
        cast(cost_amount as {{ type_money() }}) as cost_amount,
        cast(collected_amount - cost_amount as {{ type_money() }}) as numerator,
        cast(collected_amount as {{ type_rate() }}) as denominator,
        cast(1 - cost_rate as {{ type_rate() }}) as rate,
        cast(1 - previous_month_cost_rate as {{ type_rate() }}) as previous_month_rate,
        cast(previous_month_cost_rate - cost_rate as {{ type_rate() }}) as rate_change,
        cast(1 - trailing_three_month_cost_rate as {{ type_rate() }}) as trailing_three_month_rate,

        is_mature,

        month_start_date

    from rated

)

select * from margins
