with

claims as (

    select * from {{ ref('fct_claims') }}

),

claim_events as (

    select * from {{ ref('fct_claim_events') }}

),

as_of as (

    select * from {{ ref('int_calendar__as_of') }}

),

last_events as (

    select
        claim_key,

        max(event_date) as last_event_date

    from claim_events
    group by 1

),

dated as (

    select
        claims.claim_key,
        claims.service_date,
        claims.discharge_date,
        claims.first_charge_post_date,
        claims.charge_post_date,
        claims.final_bill_date,
        claims.first_submitted_date,
        claims.first_accepted_date,
        claims.first_remittance_date,
        claims.first_payer_payment_date,
        claims.last_payment_date,
        last_events.last_event_date,
        claims.closed_date

    from claims
    inner join last_events
        on claims.claim_key = last_events.claim_key

)

select dated.*
from dated
cross join as_of
where
    {{ has_fully_arrived('dated.last_event_date') }}
    and (
        dated.service_date > dated.first_charge_post_date
        or dated.service_date > dated.discharge_date
        or dated.first_charge_post_date > dated.final_bill_date
        or dated.final_bill_date > dated.first_submitted_date
        or dated.first_submitted_date > dated.first_accepted_date
        or dated.first_accepted_date > dated.first_remittance_date
        or dated.first_remittance_date > dated.first_payer_payment_date
        or dated.charge_post_date > dated.closed_date
        or dated.last_payment_date > dated.closed_date
        or dated.last_event_date > dated.closed_date
    )
