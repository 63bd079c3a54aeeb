{% set last_day_of_month = dbt.last_day('cells.month_start_date', 'month') %}

with

encounters as (

    select * from {{ ref('fct_encounters') }}

),

charges as (

    select * from {{ ref('fct_charges') }}

),

providers as (

    select * from {{ ref('dim_provider') }}

),

dates as (

    select * from {{ ref('dim_date') }}
    where not is_weekend

),

as_of as (

    select * from {{ ref('int_calendar__as_of') }}

),

working_days as (

    select
        month_start_date,

        count(*) as working_day_count

    from dates
    group by 1

),

work as (

    -- a credit takes units and charges off the month of the service that it takes back
    select
        provider_key,
        facility_key,
        1 as encounter_count,
        0 as units,
        0 as charge_amount,
        cast({{ dbt.date_trunc('month', 'admit_date') }} as date) as month_start_date
    from encounters

    union all

    select
        provider_key,
        facility_key,
        0 as encounter_count,
        units * case when is_credit then -1 else 1 end as units,
        charge_amount,
        cast({{ dbt.date_trunc('month', 'service_date') }} as date) as month_start_date
    from charges

),

cells as (

    select
        providers.current_provider_key as provider_key,
        work.facility_key,
        work.month_start_date,

        sum(work.encounter_count) as encounter_count,
        sum(work.units) as units,
        sum(work.charge_amount) as charge_amount

    from work
    inner join providers
        on work.provider_key = providers.provider_key
    group by 1, 2, 3

),

aged as (

    select
        cells.provider_key,
        cells.facility_key,
        'RCM-PROVIDER-PRODUCTIVITY' as definition_id,

        cells.units,
        cells.charge_amount,
        cells.encounter_count as numerator,
        working_days.working_day_count as denominator,

        {{ last_day_of_month }} <= as_of.as_of_date as is_mature,

        cells.month_start_date

    from cells
    inner join working_days
        on cells.month_start_date = working_days.month_start_date
    cross join as_of

),

rated as (

    select
        {{ surrogate_key(['provider_key', 'facility_key', 'month_start_date']) }}
            as kpi_provider_productivity_key,
        provider_key,
        facility_key,

        definition_id,

        units,
        charge_amount,
        numerator,
        denominator,
        {{ kpi_trend_columns(
            ['provider_key', 'facility_key'],
            rate_when='is_mature',
            value='encounters_per_day',
            with_interval=false
        ) }},

        is_mature,

        month_start_date

    from aged

),

compared as (

    select
        kpi_provider_productivity_key,
        provider_key,
        facility_key,

        definition_id,

        cast(units as {{ type_money() }}) as units,
        cast(charge_amount as {{ type_money() }}) as charge_amount,
        cast(numerator as {{ type_money() }}) as numerator,
        cast(denominator as {{ type_rate() }}) as denominator,
        encounters_per_day,
        previous_month_encounters_per_day,
        encounters_per_day - previous_month_encounters_per_day as encounters_per_day_change,
        trailing_three_month_encounters_per_day,

        is_mature,

        month_start_date

    from rated

)

select * from compared
