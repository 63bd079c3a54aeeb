-- Who is in a cohort of kpi_patient_value_by_cohort, and what did they bring? A row for each
-- person's first visit, the denominator, and one for each claim of the year that follows, the
-- numerator.
with

cells as (

    select * from {{ ref('kpi_patient_value_by_cohort') }}

),

encounters as (

    select * from {{ ref('fct_encounters') }}

),

claims as (

    select * from {{ ref('fct_claims') }}

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
        admit_date,
        cast({{ dbt.date_trunc('month', 'admit_date') }} as date) as month_start_date

    from ranked_encounters
    where visit_number = 1

),

contributions as (

    select
        people.facility_key,
        people.month_start_date,
        people.person_key,
        cast(null as uuid) as claim_key,
        0 as numerator,
        1 as denominator,
        people.admit_date as service_date
    from people

    union all

    select
        people.facility_key,
        people.month_start_date,
        people.person_key,
        claims.claim_key,
        claims.payer_paid_amount + claims.patient_paid_amount - claims.refund_amount as numerator,
        0 as denominator,
        claims.service_date
    from people
    inner join claims
        on
            people.person_key = claims.person_key
            and claims.service_date < {{ dbt.dateadd('day', 365, 'people.admit_date') }}

)

select
    cells.kpi_patient_value_by_cohort_key,
    contributions.person_key,
    contributions.claim_key,

    contributions.numerator,
    contributions.denominator,

    contributions.service_date

from cells
inner join contributions
    on
        cells.facility_key = contributions.facility_key
        and cells.month_start_date = contributions.month_start_date
where {{ is_of_cell('cells.kpi_patient_value_by_cohort_key') }}
