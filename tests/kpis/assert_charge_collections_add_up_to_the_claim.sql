with

charge_collections as (

    select * from {{ ref('fct_charge_collections') }}

),

claims as (

    select * from {{ ref('fct_claims') }}

),

lines_by_claim as (

    select
        claim_key,

        sum(charge_amount) as charge_amount,
        sum(expected_allowed_amount) as expected_allowed_amount,
        sum(collected_amount) as collected_amount

    from charge_collections
    group by 1

),

differences as (

    select
        claims.claim_key,

        claims.billed_amount - coalesce(lines_by_claim.charge_amount, 0) as charge_difference,
        claims.expected_allowed_amount - coalesce(lines_by_claim.expected_allowed_amount, 0)
            as allowed_difference,
        claims.payer_paid_amount + claims.patient_paid_amount - claims.refund_amount
        - coalesce(lines_by_claim.collected_amount, 0) as collected_difference

    from claims
    left join lines_by_claim
        on claims.claim_key = lines_by_claim.claim_key

)

select * from differences
where charge_difference <> 0 or allowed_difference <> 0 or collected_difference <> 0
