{% set order_of_decisions %}
    remittance_date,
    case when is_reversal then 0 else 1 end,
    remittance_id,
    claim_sequence,
    remittance_claim_id
{% endset %}

with

remittance_claims as {{ inlined() }} (

    select * from {{ ref('int_remittances__claims_matched') }}

),

lines as (

    select * from {{ ref('int_remittances__lines_adjudicated') }}

),

amounts_by_claim as (

    -- summed to the claim before they meet it: a claim's money is never joined to its lines
    select
        remittance_claim_id,

        cast(sum(allowed_amount) as {{ type_money() }}) as allowed_amount,
        cast(sum(contractual_adjustment_amount) as {{ type_money() }})
            as contractual_adjustment_amount,
        cast(sum(other_adjustment_amount) as {{ type_money() }}) as other_adjustment_amount,
        cast(sum(prior_payer_amount) as {{ type_money() }}) as prior_payer_amount,
        cast(sum(patient_responsibility_amount) as {{ type_money() }})
            as patient_responsibility_amount,
        cast(sum(denied_amount) as {{ type_money() }}) as denied_amount,
        cast(sum(denied_to_patient_amount) as {{ type_money() }}) as denied_to_patient_amount,
        cast(sum(unclassified_amount) as {{ type_money() }}) as unclassified_amount,
        cast(
            sum(case when is_denied then billed_amount else 0 end) as {{ type_money() }}
        ) as denied_billed_amount,
        sum(case when is_denied then 1 else 0 end) as denied_line_count,
        sum(case when not is_denied and billed_amount <> 0 then 1 else 0 end)
            as other_line_count

    from lines
    group by 1

),

adjudications as (

    -- each payer's decisions on a claim, in their order. On the day of a reversal the corrected
    -- decision comes after it, so what ends with a reversal has no decision that still stands.
    select
        remittance_claim_id,

        sum(case when is_reversal then 0 else 1 end) over (
            partition by claim_key, payer_sequence
            order by {{ order_of_decisions }}
            rows between unbounded preceding and current row
        ) as adjudication_number,

        lead(remittance_claim_id) over (
            partition by claim_key, payer_sequence
            order by {{ order_of_decisions }}
        ) is null as is_latest

    from remittance_claims
    where claim_key is not null

),

adjudicated as (

    select
        remittance_claims.remittance_claim_id,
        remittance_claims.remittance_id,
        remittance_claims.claim_id,
        remittance_claims.patient_control_number,
        remittance_claims.hospital_id,
        remittance_claims.claim_key,
        remittance_claims.payer_key,
        remittance_claims.provider_key,
        remittance_claims.facility_key,

        remittance_claims.claim_status_code,
        remittance_claims.payer_sequence,
        remittance_claims.next_responsibility,
        case
            when coalesce(amounts_by_claim.denied_line_count, 0) = 0 then 'none'
            when amounts_by_claim.other_line_count = 0 then 'full'
            else 'partial'
        end as denial_level,

        remittance_claims.claim_sequence,
        case when not remittance_claims.is_reversal then adjudications.adjudication_number end
            as adjudication_number,
        remittance_claims.billed_amount,
        amounts_by_claim.allowed_amount,
        remittance_claims.payer_paid_amount,
        amounts_by_claim.contractual_adjustment_amount,
        amounts_by_claim.other_adjustment_amount,
        amounts_by_claim.prior_payer_amount,
        amounts_by_claim.patient_responsibility_amount,
        amounts_by_claim.denied_amount,
        amounts_by_claim.denied_to_patient_amount,
        amounts_by_claim.unclassified_amount,
        amounts_by_claim.denied_billed_amount,
        amounts_by_claim.denied_line_count,

        remittance_claims.is_reversal,
        remittance_claims.is_of_first_payer,
        -- what a second payer decides first is not the claim's first adjudication
        coalesce(
            adjudications.adjudication_number = 1
            and not remittance_claims.is_reversal
            and remittance_claims.is_of_first_payer,
            false
        ) as is_initial_adjudication,
        coalesce(adjudications.is_latest and not remittance_claims.is_reversal, false)
            as is_latest_adjudication,
        remittance_claims.is_payment_date_invalid,

        remittance_claims.remittance_date

    from remittance_claims
    inner join amounts_by_claim
        on remittance_claims.remittance_claim_id = amounts_by_claim.remittance_claim_id
    left join adjudications
        on remittance_claims.remittance_claim_id = adjudications.remittance_claim_id

)

select * from adjudicated
