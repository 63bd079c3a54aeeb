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

patients as (

    select * from {{ ref('dim_patient') }}
    where is_current

),

facilities as (

    select * from {{ ref('dim_facility') }}

),

as_of as (

    select * from {{ ref('int_calendar__as_of') }}

),

visits as (

    select
        encounters.person_key,

        count(*) as encounter_count,
        count(distinct facilities.hospital_id) as hospital_count,

        min(encounters.admit_date) as first_service_date,
        max(encounters.admit_date) as last_service_date

    from encounters
    inner join facilities
        on encounters.facility_key = facilities.facility_key
    group by 1

),

money as (

    select
        person_key,

        count(*) as claim_count,
        sum(billed_amount) as charge_amount,
        sum(expected_allowed_amount) as expected_allowed_amount,
        sum(payer_paid_amount + patient_paid_amount - refund_amount) as collected_amount,
        sum(balance_amount) as balance_amount

    from claims
    group by 1

),

costs as (

    select
        person_key,

        sum(cost_amount) as cost_amount

    from charge_collections
    group by 1

),

ranked_patients as (

    -- of several patient numbers, the one that knows the age, then the latest
    select
        person_key,
        age_band,
        row_number() over (
            partition by person_key
            order by
                case when age_band = 'unknown' then 1 else 0 end asc,
                valid_from desc,
                patient_key asc
        ) as patient_rank

    from patients

),

joined as (

    select
        visits.person_key,

        coalesce(ranked_patients.age_band, 'unknown') as age_band,

        visits.hospital_count,
        visits.encounter_count,
        coalesce(money.claim_count, 0) as claim_count,
        coalesce(money.charge_amount, 0) as charge_amount,
        coalesce(money.expected_allowed_amount, 0) as expected_allowed_amount,
        coalesce(money.collected_amount, 0) as collected_amount,
        coalesce(costs.cost_amount, 0) as cost_amount,
        coalesce(money.balance_amount, 0) as balance_amount,

        visits.first_service_date,
        visits.last_service_date

    from visits
    left join money
        on visits.person_key = money.person_key
    left join costs
        on visits.person_key = costs.person_key
    left join ranked_patients
        on
            visits.person_key = ranked_patients.person_key
            and ranked_patients.patient_rank = 1

),

valued as (

    select
        {{ surrogate_key(['joined.person_key']) }} as kpi_patient_value_key,
        joined.person_key,

        'RCM-PATIENT-VALUE' as definition_id,
        joined.age_band,

        cast(joined.hospital_count as integer) as hospital_count,
        cast(joined.encounter_count as integer) as encounter_count,
        cast(joined.claim_count as integer) as claim_count,
        cast(joined.charge_amount as {{ type_money() }}) as charge_amount,
        cast(joined.expected_allowed_amount as {{ type_money() }}) as expected_allowed_amount,
        cast(joined.collected_amount as {{ type_money() }}) as collected_amount,
        cast(joined.cost_amount as {{ type_money() }}) as cost_amount,
        cast(joined.balance_amount as {{ type_money() }}) as balance_amount,
        cast(joined.collected_amount - joined.cost_amount as {{ type_money() }}) as numerator,
        cast(joined.collected_amount as {{ type_rate() }}) as denominator,
        -- the cost's share is never below zero, and rounds alike on every engine
        case
            when joined.collected_amount > 0
                then
                    cast(
                        1 - {{ rate('joined.cost_amount', 'joined.collected_amount') }}
                        as {{ type_rate() }}
                    )
        end as rate,

        joined.first_service_date,
        joined.last_service_date,
        as_of.as_of_date

    from joined
    cross join as_of

)

select * from valued
