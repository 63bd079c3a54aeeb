with

remittances as (

    select * from {{ ref('stg_clearinghouse__remittances') }}

),

remittance_claims as (

    select * from {{ ref('stg_clearinghouse__remittance_claims') }}

),

arrived_remittance_claims as (

    select * from {{ ref('base_clearinghouse__remittance_claims') }}

),

provider_adjustments as (

    select * from {{ ref('stg_clearinghouse__remittance_provider_adjustments') }}

),

as_of as (

    select * from {{ ref('int_calendar__as_of') }}

),

checks_in_quarantine as (

    -- a claim whose own total is wrong is kept out of staging, and its money out of the check's sum
    select distinct arrived_remittance_claims.remittance_id

    from arrived_remittance_claims
    left join remittance_claims
        on arrived_remittance_claims.remittance_claim_id = remittance_claims.remittance_claim_id
    where remittance_claims.remittance_claim_id is null

),

claims_by_remittance as (

    select
        remittance_id,

        sum(payer_paid_amount) as claims_amount

    from remittance_claims
    group by 1

),

adjustments_by_remittance as (

    select
        remittance_id,

        sum(adjustment_amount) as adjustments_amount

    from provider_adjustments
    group by 1

),

compared as (

    -- X12 835: sum of CLP04 less sum of PLB = BPR02
    select
        remittances.remittance_id,

        remittances.payment_amount,
        coalesce(claims_by_remittance.claims_amount, 0) as claims_amount,
        coalesce(adjustments_by_remittance.adjustments_amount, 0) as adjustments_amount,

        remittances.remittance_date

    from remittances
    left join claims_by_remittance
        on remittances.remittance_id = claims_by_remittance.remittance_id
    left join adjustments_by_remittance
        on remittances.remittance_id = adjustments_by_remittance.remittance_id

)

select compared.*
from compared
left join checks_in_quarantine
    on compared.remittance_id = checks_in_quarantine.remittance_id
cross join as_of
where
    compared.claims_amount - compared.adjustments_amount <> compared.payment_amount
    and checks_in_quarantine.remittance_id is null
    and {{ has_fully_arrived('compared.remittance_date') }}
