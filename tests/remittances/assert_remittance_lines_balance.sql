with

remittance_claims as (

    select * from {{ ref('stg_clearinghouse__remittance_claims') }}

),

remittance_lines as (

    select * from {{ ref('stg_clearinghouse__remittance_lines') }}

),

adjustments as (

    select * from {{ ref('stg_clearinghouse__remittance_adjustments') }}

),

adjustments_by_line as (

    select
        remittance_line_id,

        sum(adjustment_amount) as adjusted_amount

    from adjustments
    where remittance_line_id is not null
    group by 1

),

adjustments_by_claim as (

    select
        remittance_claim_id,

        sum(adjustment_amount) as adjusted_amount

    from adjustments
    group by 1

),

lines_by_claim as (

    select
        remittance_claim_id,

        sum(billed_amount) as billed_amount

    from remittance_lines
    group by 1

),

compared as (

    select
        'SVC02 less its CAS = SVC03' as broken_rule,
        remittance_lines.remittance_line_id as id,
        remittance_lines.billed_amount
        - coalesce(adjustments_by_line.adjusted_amount, 0) as computed_amount,
        remittance_lines.payer_paid_amount as stated_amount
    from remittance_lines
    left join adjustments_by_line
        on remittance_lines.remittance_line_id = adjustments_by_line.remittance_line_id

    union all

    select
        'CLP03 less all CAS = CLP04' as broken_rule,
        remittance_claims.remittance_claim_id as id,
        remittance_claims.billed_amount
        - coalesce(adjustments_by_claim.adjusted_amount, 0) as computed_amount,
        remittance_claims.payer_paid_amount as stated_amount
    from remittance_claims
    left join adjustments_by_claim
        on remittance_claims.remittance_claim_id = adjustments_by_claim.remittance_claim_id

    union all

    -- institutional claims may come without lines
    select
        'sum of SVC02 = CLP03' as broken_rule,
        remittance_claims.remittance_claim_id as id,
        lines_by_claim.billed_amount as computed_amount,
        remittance_claims.billed_amount as stated_amount
    from remittance_claims
    inner join lines_by_claim
        on remittance_claims.remittance_claim_id = lines_by_claim.remittance_claim_id

)

select * from compared
where computed_amount <> stated_amount
