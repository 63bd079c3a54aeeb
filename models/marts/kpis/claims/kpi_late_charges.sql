{#- HFMA CL-2 -#}
{% set days_in_time = 3 %}

with

charges as {{ inlined() }} (

    -- gross charges: a credit neither lowers them nor is late
    select * from {{ ref('fct_charges') }}
    where not is_credit

),

claims as (

    select * from {{ ref('fct_claims') }}

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

last_charges as (

    select
        claim_key,

        max(service_date) as last_service_date

    from charges
    group by claim_key

),

last_services as (

    -- the clock starts when the account is complete: for a stay, at its discharge
    select
        claims.claim_key,

        greatest(
            last_charges.last_service_date,
            coalesce(claims.discharge_date, last_charges.last_service_date)
        ) as last_service_date

    from claims
    inner join last_charges
        on claims.claim_key = last_charges.claim_key

),

posted as (

    select
        providers.current_provider_key as provider_key,
        charges.facility_key,
        charges.department_key,

        charges.charge_amount,

        {{ days_between('last_services.last_service_date', 'charges.post_date') }}
        > {{ days_in_time }} as is_late,

        cast({{ dbt.date_trunc('month', 'charges.service_date') }} as date) as month_start_date

    from charges
    inner join last_services
        on charges.claim_key = last_services.claim_key
    inner join providers
        on charges.provider_key = providers.provider_key

),

summed as (

    select
        provider_key,
        facility_key,
        department_key,

        'late_charge_rate' as kpi_id,
        'CL-2' as definition_id,
        'dollars' as measure,

        sum(case when is_late then charge_amount else 0 end) as numerator,
        sum(charge_amount) as denominator,

        month_start_date

    from posted
    group by provider_key, facility_key, department_key, month_start_date

),

dated as (

    -- by month of service: until the late charges of the month are in, none of it looks late
    select
        summed.provider_key,
        summed.facility_key,
        summed.department_key,

        summed.kpi_id,
        summed.definition_id,
        summed.measure,

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

rated as (

    select
        {{ surrogate_key([
            'provider_key', 'facility_key', 'department_key', 'month_start_date'
        ]) }} as kpi_late_charges_key,
        provider_key,
        facility_key,
        department_key,

        kpi_id,
        definition_id,
        measure,

        cast(numerator as {{ type_money() }}) as numerator,
        cast(denominator as {{ type_rate() }}) as denominator,
        {{ kpi_trend_columns(
            ['provider_key', 'facility_key', 'department_key'],
            rate_when='is_mature',
            with_interval=false
        ) }},

        is_mature,

        month_start_date

    from dated

),

targeted as (

    select
        rated.kpi_late_charges_key,
        rated.provider_key,
        rated.facility_key,
        rated.department_key,

        rated.kpi_id,
        rated.definition_id,
        rated.measure,

        rated.numerator,
        rated.denominator,
        rated.rate,
        rated.previous_month_rate,
        rated.rate - rated.previous_month_rate as rate_change,
        rated.trailing_three_month_rate,
        cast(targets.target_value as {{ type_rate() }}) as target_rate,

        rated.is_mature,

        rated.month_start_date

    from rated
    left join targets
        on rated.kpi_id = targets.kpi_id

)

select * from targeted
