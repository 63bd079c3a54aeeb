with

charges as (

    -- a credit posts no charge; what was credited later was posted all the same
    select * from {{ ref('fct_charges') }}
    where not is_credit

),

providers as (

    select * from {{ ref('dim_provider') }}

),

targets as (

    select * from {{ ref('kpi_targets') }}

),

as_of as (

    select * from {{ ref('int_calendar__as_of') }}

),

posted as (

    select
        providers.current_provider_key as provider_key,
        charges.facility_key,
        charges.department_key,

        charges.charge_lag_days,

        cast({{ dbt.date_trunc('month', 'charges.service_date') }} as date) as month_start_date

    from charges
    inner join providers
        on charges.provider_key = providers.provider_key

),

summed as (

    select
        provider_key,
        facility_key,
        department_key,

        'charge_lag_days' as kpi_id,
        'PB-4' as definition_id,

        sum(charge_lag_days) as numerator,
        count(*) as denominator,

        month_start_date

    from posted
    group by provider_key, facility_key, department_key, month_start_date

),

dated as (

    -- by month of service: until the late charges of the month are in, only the quick ones are
    select
        summed.provider_key,
        summed.facility_key,
        summed.department_key,

        summed.kpi_id,
        summed.definition_id,

        summed.numerator,
        summed.denominator,

        {{ dbt.dateadd(
            'day',
            var('late_arrival_days'),
            dbt.last_day('summed.month_start_date', 'month')
        ) }} <= as_of.as_of_date as is_mature,

        summed.month_start_date

    from summed
    cross join as_of

),

measured as (

    select
        {{ surrogate_key([
            'provider_key', 'facility_key', 'department_key', 'month_start_date'
        ]) }} as kpi_charge_lag_key,
        provider_key,
        facility_key,
        department_key,

        kpi_id,
        definition_id,

        cast(numerator as {{ type_money() }}) as numerator,
        cast(denominator as {{ type_rate() }}) as denominator,
        {{ kpi_trend_columns(
            ['provider_key', 'facility_key', 'department_key'],
            rate_when='is_mature',
            value='days',
            with_interval=false
        ) }},

        denominator < {{ var('small_sample_size') }} as is_small_sample,
        is_mature,

        month_start_date

    from dated

),

targeted as (

    select
        measured.kpi_charge_lag_key,
        measured.provider_key,
        measured.facility_key,
        measured.department_key,

        measured.kpi_id,
        measured.definition_id,

        measured.numerator,
        measured.denominator,
        measured.days,
        measured.previous_month_days,
        measured.days - measured.previous_month_days as days_change,
        measured.trailing_three_month_days,
        cast(targets.target_value as {{ type_rate() }}) as target_days,

        measured.is_small_sample,
        measured.is_mature,

        measured.month_start_date

    from measured
    left join targets
        on measured.kpi_id = targets.kpi_id

)

select * from targeted
