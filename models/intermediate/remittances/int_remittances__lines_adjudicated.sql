{{ config(sql_header=grouped_by_sorting()) }}

with

remittance_claims as {{ inlined() }} (

    select * from {{ ref('int_remittances__claims_matched') }}

),

remittance_lines as {{ inlined() }} (

    select * from {{ ref('stg_clearinghouse__remittance_lines') }}
    where {{ is_of_changed_remittance() }}

),

adjustments as (

    select * from {{ ref('int_remittances__adjustments_classified') }}

),

lines_by_claim as (

    select
        remittance_claim_id,

        sum(billed_amount) as billed_amount,
        sum(payer_paid_amount) as payer_paid_amount

    from remittance_lines
    group by 1

),

adjustments_by_line as (

    -- remittance lines carry no line id at claim level: the empty one stands for the claim itself
    select
        remittance_claim_id,
        coalesce(remittance_line_id, '') as remittance_line_id,

        sum(
            case when adjustment_class = 'contractual' then adjustment_amount else 0 end
        ) as contractual_amount,
        sum(
            case when adjustment_class = 'sequestration' then adjustment_amount else 0 end
        ) as sequestration_amount,
        sum(
            case when adjustment_class = 'prior_payer' then adjustment_amount else 0 end
        ) as prior_payer_amount,
        sum(
            case when adjustment_class = 'patient_responsibility' then adjustment_amount else 0 end
        ) as patient_share_amount,
        sum(
            case when adjustment_class = 'other_reduction' then adjustment_amount else 0 end
        ) as other_reduction_amount,
        sum(
            case when adjustment_class = 'unclassified' then adjustment_amount else 0 end
        ) as unclassified_amount,
        sum(
            case when adjustment_class = 'denial' then adjustment_amount else 0 end
        ) as denial_code_amount,
        sum(
            case
                when adjustment_class = 'denial' and group_code = 'PR' then adjustment_amount
                else 0
            end
        ) as denial_code_to_patient_amount,

        max(case when adjustment_class = 'denial' then 1 else 0 end) = 1 as has_denial_code,
        max(case when adjustment_class = 'denial' and group_code <> 'PR' then 1 else 0 end) = 1
            as has_denial_code_not_to_patient

    from adjustments
    group by 1, 2

),

lines as (

    select
        remittance_claim_id,
        remittance_line_id,

        line_control_number,
        procedure_code,
        revenue_code,
        remark_code_1,

        line_sequence,
        billed_amount,
        payer_paid_amount

    from remittance_lines

    union all

    -- what the claim holds beyond its lines: all of it when the payer sent no lines, else the
    -- adjustments of the claim as a whole
    select
        remittance_claims.remittance_claim_id,
        '' as remittance_line_id,

        cast(null as {{ dbt.type_string() }}) as line_control_number,
        cast(null as {{ dbt.type_string() }}) as procedure_code,
        cast(null as {{ dbt.type_string() }}) as revenue_code,
        remittance_claims.remark_code_1,

        0 as line_sequence,
        remittance_claims.billed_amount
        - coalesce(lines_by_claim.billed_amount, 0) as billed_amount,
        remittance_claims.payer_paid_amount
        - coalesce(lines_by_claim.payer_paid_amount, 0) as payer_paid_amount

    from remittance_claims
    left join lines_by_claim
        on remittance_claims.remittance_claim_id = lines_by_claim.remittance_claim_id
    left join adjustments_by_line
        on
            remittance_claims.remittance_claim_id = adjustments_by_line.remittance_claim_id
            and adjustments_by_line.remittance_line_id = ''
    where
        lines_by_claim.remittance_claim_id is null
        or adjustments_by_line.remittance_claim_id is not null

),

adjusted as (

    select
        lines.remittance_claim_id,
        lines.remittance_line_id,
        case
            when remittance_claims.claim_key is not null and lines.line_control_number is not null
                then
                    {{ surrogate_key(
                        ['remittance_claims.hospital_id', 'lines.line_control_number']
                    ) }}
        end as claim_line_key,

        lines.procedure_code,
        lines.revenue_code,
        lines.remark_code_1,

        lines.line_sequence,
        lines.billed_amount,
        lines.payer_paid_amount,
        coalesce(adjustments_by_line.contractual_amount, 0) as contractual_amount,
        coalesce(adjustments_by_line.sequestration_amount, 0) as sequestration_amount,
        coalesce(adjustments_by_line.prior_payer_amount, 0) as prior_payer_amount,
        coalesce(adjustments_by_line.patient_share_amount, 0) as patient_share_amount,
        coalesce(adjustments_by_line.other_reduction_amount, 0) as other_reduction_amount,
        coalesce(adjustments_by_line.unclassified_amount, 0) as unclassified_amount,
        coalesce(adjustments_by_line.denial_code_amount, 0) as denial_code_amount,
        coalesce(adjustments_by_line.denial_code_to_patient_amount, 0)
            as denial_code_to_patient_amount,

        -- CLP02 = 4 is not how payers deny, and a zero payment that is all deductible is no denial:
        -- a line is refused when nothing was paid, nothing allowed and a denial code says why
        -- a second payer that doesn't cover what the first one left (PR-204) refuses nothing
        coalesce(
            case
                when remittance_claims.payer_sequence in ('S', 'T')
                    then adjustments_by_line.has_denial_code_not_to_patient
                else adjustments_by_line.has_denial_code
            end,
            false
        )
        and case
            when lines.remittance_line_id = '' then remittance_claims.payer_paid_amount
            else lines.payer_paid_amount
        end = 0
        and coalesce(adjustments_by_line.patient_share_amount, 0) = 0
        and coalesce(adjustments_by_line.prior_payer_amount, 0) = 0 as is_refused,
        remittance_claims.is_reversal

    from lines
    inner join remittance_claims
        on lines.remittance_claim_id = remittance_claims.remittance_claim_id
    left join adjustments_by_line
        on
            lines.remittance_claim_id = adjustments_by_line.remittance_claim_id
            and lines.remittance_line_id = adjustments_by_line.remittance_line_id

),

adjudicated as (

    -- each line: billed = paid + contractual + other adjustments + prior payer
    --                     + patient responsibility + denied - denied to the patient + unclassified
    select
        remittance_claim_id,
        remittance_line_id,
        claim_line_key,

        procedure_code,
        revenue_code,
        remark_code_1,

        line_sequence,
        cast(billed_amount as {{ type_money() }}) as billed_amount,
        -- OA-23 sums up payments and adjustments of the payer before: it says nothing about what
        -- this one allowed
        cast(payer_paid_amount + patient_share_amount + sequestration_amount as {{ type_money() }})
            as allowed_amount,
        cast(payer_paid_amount as {{ type_money() }}) as payer_paid_amount,
        cast(contractual_amount + sequestration_amount as {{ type_money() }})
            as contractual_adjustment_amount,
        -- a denial code on a line that was paid in part is a reduction, not a denial
        cast(
            other_reduction_amount
            + case
                when is_refused then 0
                else denial_code_amount - denial_code_to_patient_amount
            end as {{ type_money() }}
        ) as other_adjustment_amount,
        cast(prior_payer_amount as {{ type_money() }}) as prior_payer_amount,
        cast(patient_share_amount + denial_code_to_patient_amount as {{ type_money() }})
            as patient_responsibility_amount,
        cast(case when is_refused then denial_code_amount else 0 end as {{ type_money() }})
            as denied_amount,
        cast(
            case when is_refused then denial_code_to_patient_amount else 0 end as {{ type_money() }}
        ) as denied_to_patient_amount,
        cast(unclassified_amount as {{ type_money() }}) as unclassified_amount,

        -- a reversal takes a denial back; it is never one itself
        is_refused and not is_reversal as is_denied

    from adjusted

)

select * from adjudicated
