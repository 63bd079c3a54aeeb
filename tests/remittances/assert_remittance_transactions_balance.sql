with

remittances as (

    select * from {{ ref('stg_clearinghouse__remittances') }}

),

remittance_claims as (

    select * from {{ ref('stg_clearinghouse__remittance_claims') }}

),

provider_adjustments as (

    select * from {{ ref('stg_clearinghouse__remittance_provider_adjustments') }}

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
        coalesce(adjustments_by_remittance.adjustments_amount, 0) as adjustments_amount

    from remittances
    left join claims_by_remittance
        on remittances.remittance_id = claims_by_remittance.remittance_id
    left join adjustments_by_remittance
        on remittances.remittance_id = adjustments_by_remittance.remittance_id

)

select * from compared
where claims_amount - adjustments_amount <> payment_amount
