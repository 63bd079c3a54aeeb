-- Which accounts wait to be billed or sent, and which charges make the revenue that they are held
-- against? One row per account of a cell: numerator is what it has waiting, denominator its part of
-- the average daily revenue. Most accounts have only the one or the other.
with

cells as {{ inlined() }} (

    select * from {{ ref('kpi_dnfb') }}

),

claims as (

    select * from {{ ref('fct_claims') }}

),

charges as (

    select * from {{ ref('fct_charges') }}

),

encounters as (

    select * from {{ ref('fct_encounters') }}

),

claim_events as (

    select * from {{ ref('fct_claim_events') }}
    where claim_state = 'edit_failed'

),

snapshots as (

    select distinct
        as_of_date,
        cast({{ dbt.dateadd('day', 1 - var('ar_days_window'), 'as_of_date') }} as date)
            as window_start_date
    from cells
    where {{ is_of_cell('cells.kpi_dnfb_key') }}

),

stops as (

    select
        claim_key,

        min(event_date) as stopped_date

    from claim_events
    group by 1

),

accounts as (

    select
        claims.claim_key,
        claims.facility_key,
        claims.department_key,

        claims.claim_type,

        claims.is_insured,

        case
            when encounters.encounter_type = 'inpatient' and claims.claim_type = 'I'
                then claims.discharge_date
            else claims.service_date
        end as discharged_date,
        coalesce(claims.final_bill_date, stops.stopped_date) as billed_date,
        claims.first_submitted_date as submitted_date

    from claims
    inner join encounters
        on claims.encounter_key = encounters.encounter_key
    left join stops
        on claims.claim_key = stops.claim_key

),

charges_by_account as (

    -- what counts at a snapshot is what was posted by then
    select
        snapshots.as_of_date,
        charges.claim_key,

        sum(charges.charge_amount) as posted_amount,
        sum(
            case
                when
                    charges.service_date
                    between snapshots.window_start_date and snapshots.as_of_date
                    then charges.charge_amount
                else 0
            end
        ) as revenue_amount

    from snapshots
    inner join charges
        on snapshots.as_of_date >= charges.post_date
    group by 1, 2

),

states as (

    select
        charges_by_account.as_of_date,
        accounts.claim_key,
        accounts.facility_key,
        accounts.department_key,

        accounts.claim_type,

        charges_by_account.posted_amount,
        charges_by_account.revenue_amount,

        case
            when not accounts.is_insured then 'self_pay'
            when accounts.submitted_date <= charges_by_account.as_of_date then 'sent'
            when accounts.billed_date <= charges_by_account.as_of_date then 'final_billed'
            when accounts.discharged_date <= charges_by_account.as_of_date then 'discharged'
            else 'in_house'
        end as billing_state,

        accounts.discharged_date,
        accounts.billed_date,
        accounts.submitted_date

    from charges_by_account
    inner join accounts
        on charges_by_account.claim_key = accounts.claim_key

),

drilled as (

    select
        cells.kpi_dnfb_key,
        states.claim_key,

        states.billing_state,

        case
            when
                (cells.definition_id in ('PB-1', 'PB-3') and states.billing_state = 'discharged')
                or (
                    cells.definition_id in ('PB-2', 'PB-3')
                    and states.billing_state = 'final_billed'
                )
                then states.posted_amount
            else 0
        end as numerator,
        states.revenue_amount / cast({{ var('ar_days_window') }} as numeric(14, 2)) as denominator,

        states.discharged_date,
        states.billed_date,
        states.submitted_date

    from states
    inner join cells
        on
            states.as_of_date = cells.as_of_date
            and states.facility_key = cells.facility_key
            and states.department_key = cells.department_key
            and states.claim_type = cells.claim_type
    where
        {{ is_of_cell('cells.kpi_dnfb_key') }}
        and (
            states.revenue_amount <> 0
            or states.billing_state in ('discharged', 'final_billed')
        )

)

select * from drilled
