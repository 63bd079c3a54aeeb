with

claims as (

    select * from {{ ref('fct_claims') }}

),

charges as (

    select * from {{ ref('fct_charges') }}

),

claim_events as (

    select * from {{ ref('fct_claim_events') }}

),

first_posts as (

    -- a late charge is posted after the bill; the first one never is
    select
        claim_key,

        min(post_date) as first_charge_post_date

    from charges
    group by 1

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
        first_posts.first_charge_post_date,
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
    inner join first_posts
        on claims.claim_key = first_posts.claim_key
    inner join last_events
        on claims.claim_key = last_events.claim_key

)

select * from dated
where
    service_date > first_charge_post_date
    or service_date > discharge_date
    or first_charge_post_date > final_bill_date
    or final_bill_date > first_submitted_date
    or first_submitted_date > first_accepted_date
    or first_accepted_date > first_remittance_date
    or first_remittance_date > first_payer_payment_date
    or charge_post_date > closed_date
    or last_payment_date > closed_date
    or last_event_date > closed_date
