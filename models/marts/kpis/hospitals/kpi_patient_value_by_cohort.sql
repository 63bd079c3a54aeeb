{#- The days after a person's first visit whose services count: so that cohorts compare. -#}
{% set followed_days = 365 %}
{% set last_day_of_month = dbt.last_day('cohorts.month_start_date', 'month') %}

with

encounters as (

    select * from {{ ref('fct_encounters') }}

),

claims as (

    select * from {{ ref('fct_claims') }}

),

charge_collections as (

    select * from {{ ref('fct_charge_collections') }}

),

as_of as (

    select * from {{ ref('int_calendar__as_of') }}

),

ranked_encounters as (

    select
        person_key,
        facility_key,
        admit_date,
        row_number() over (partition by person_key order by admit_date, encounter_key)
            as visit_number

    from encounters

),

people as (

    select
        person_key,
        facility_key,

        admit_date as first_service_date,
        cast({{ dbt.dateadd('day', followed_days, 'admit_date') }} as date) as followed_until_date,
        cast({{ dbt.date_trunc('month', 'admit_date') }} as date) as month_start_date

    from ranked_encounters
    where visit_number = 1

),

money as (

    select
        claims.person_key,

        count(*) as claim_count,
        sum(claims.billed_amount) as charge_amount,
        sum(claims.payer_paid_amount + claims.patient_paid_amount - claims.refund_amount)
            as collected_amount

    from claims
    inner join people
        on
            claims.person_key = people.person_key
            and claims.service_date < people.followed_until_date
    group by 1

),

costs_by_claim as (

    select
        claim_key,

        sum(cost_amount) as cost_amount

    from charge_collections
    group by 1

),

costs as (

    select
        claims.person_key,

        sum(costs_by_claim.cost_amount) as cost_amount

    from claims
    inner join people
        on
            claims.person_key = people.person_key
            and claims.service_date < people.followed_until_date
    inner join costs_by_claim
        on claims.claim_key = costs_by_claim.claim_key
    group by 1

),

cohorts as (

    select
        people.facility_key,
        people.month_start_date,

        count(*) as patient_count,
        sum(coalesce(money.claim_count, 0)) as claim_count,
        sum(coalesce(money.charge_amount, 0)) as charge_amount,
        sum(coalesce(money.collected_amount, 0)) as collected_amount,
        sum(coalesce(costs.cost_amount, 0)) as cost_amount

    from people
    left join money
        on people.person_key = money.person_key
    left join costs
        on people.person_key = costs.person_key
    group by 1, 2

),

aged as (

    -- the year of the cohort's youngest, and then the time that the money takes
    select
        cohorts.facility_key,
        'RCM-PATIENT-VALUE-COHORT' as definition_id,

        cohorts.patient_count,
        cohorts.claim_count,
        cohorts.charge_amount,
        cohorts.cost_amount,
        cohorts.collected_amount as numerator,
        cohorts.patient_count as denominator,

        {{ last_day_of_month }}
        <= {{ dbt.dateadd(
            'day', -(followed_days + var('collection_maturity_days')), 'as_of.as_of_date'
        ) }} as is_mature,

        cohorts.month_start_date

    from cohorts
    cross join as_of

),

rated as (

    select
        {{ surrogate_key(['facility_key', 'month_start_date']) }}
            as kpi_patient_value_by_cohort_key,
        facility_key,

        definition_id,

        patient_count,
        claim_count,
        charge_amount,
        cost_amount,
        numerator,
        denominator,
        {{ kpi_trend_columns(
            ['facility_key'],
            rate_when='is_mature',
            value='amount_per_patient',
            with_interval=false
        ) }},
        {{ rate('cost_amount', 'denominator') }} as cost_per_patient,

        is_mature,

        month_start_date

    from aged

),

compared as (

    select
        kpi_patient_value_by_cohort_key,
        facility_key,

        definition_id,

        cast(claim_count as integer) as claim_count,
        cast(charge_amount as {{ type_money() }}) as charge_amount,
        cast(cost_amount as {{ type_money() }}) as cost_amount,
        cast(numerator - cost_amount as {{ type_money() }}) as margin_amount,
        cast(numerator as {{ type_money() }}) as numerator,
        cast(denominator as {{ type_rate() }}) as denominator,
        amount_per_patient,
        previous_month_amount_per_patient,
        amount_per_patient - previous_month_amount_per_patient as amount_per_patient_change,
        trailing_three_month_amount_per_patient,
        amount_per_patient - cost_per_patient as margin_per_patient,

        is_mature,

        month_start_date

    from rated

)

select * from compared
