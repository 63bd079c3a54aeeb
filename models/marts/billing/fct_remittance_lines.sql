{{ config(materialized='incremental', unique_key='remittance_claim_key') }}

with

lines as (

    select * from {{ ref('int_remittances__lines_adjudicated') }}

),

remittance_claims as (

    select * from {{ ref('int_remittances__claims_adjudicated') }}

),

charges as (

    select * from {{ ref('int_claims__charges_priced') }}

),

joined as (

    select
        {{ surrogate_key(['lines.remittance_claim_id', 'lines.remittance_line_id']) }}
            as remittance_line_key,
        {{ surrogate_key(['lines.remittance_claim_id']) }} as remittance_claim_key,
        remittance_claims.claim_key,
        charges.charge_key as claim_line_key,
        remittance_claims.payer_key,
        remittance_claims.facility_key,

        lines.billed_amount,
        -- the lesser of price and charge, as contracts have it. None where the payer refused the
        -- line, the decision fell, no price is agreed, or the charge was taken back in part: nobody
        -- knows which part was priced
        case
            when
                remittance_claims.is_latest_adjudication
                and remittance_claims.is_of_first_payer
                and not lines.is_denied
                and charges.has_contract
                and charges.credited_amount = 0
                then
                    cast(
                        least(charges.expected_allowed_amount, lines.billed_amount)
                        as {{ type_money() }}
                    )
        end as contracted_amount,
        lines.allowed_amount,
        lines.payer_paid_amount,
        lines.patient_responsibility_amount,
        lines.contractual_adjustment_amount,
        lines.other_adjustment_amount,
        lines.prior_payer_amount,
        lines.denied_amount,
        lines.denied_to_patient_amount,
        lines.unclassified_amount,

        lines.is_denied,
        remittance_claims.is_reversal,
        remittance_claims.is_initial_adjudication,
        -- the first payer's decision that stands: neither taken back nor replaced
        remittance_claims.is_latest_adjudication and remittance_claims.is_of_first_payer
            as is_standing,

        charges.service_date,
        remittance_claims.remittance_date

    from lines
    inner join remittance_claims
        on lines.remittance_claim_id = remittance_claims.remittance_claim_id
    -- the payer can name a line of ours whose charge has not arrived yet
    left join charges
        on lines.claim_line_key = charges.charge_key

)

select * from joined
