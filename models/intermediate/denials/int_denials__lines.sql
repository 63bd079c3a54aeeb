with

lines as (

    select * from {{ ref('int_remittances__lines_adjudicated') }}
    where is_denied

),

remittance_claims as (

    select * from {{ ref('int_remittances__claims_adjudicated') }}

),

adjustments as (

    select * from {{ ref('int_remittances__adjustments_classified') }}
    where adjustment_class = 'denial'

),

charges as (

    select * from {{ ref('int_claims__charges_priced') }}

),

reasons as (

    -- a line can carry several denial codes: the one with the most money names the denial
    select
        remittance_claim_id,
        coalesce(remittance_line_id, '') as remittance_line_id,
        denial_reason_id,

        row_number() over (
            partition by remittance_claim_id, remittance_line_id
            order by adjustment_amount desc, adjustment_sequence asc, denial_reason_id asc
        ) as reason_rank

    from adjustments

),

denied_lines as (

    select
        lines.remittance_claim_id,
        lines.remittance_line_id,
        charges.charge_key as claim_line_key,
        remittance_claims.claim_id,
        remittance_claims.claim_key,
        remittance_claims.payer_key,
        remittance_claims.provider_key,
        remittance_claims.facility_key,
        reasons.denial_reason_id,

        {{ procedure_id('lines.procedure_code', 'lines.revenue_code') }} as procedure_id,
        lines.remark_code_1 as rarc,
        remittance_claims.denial_level,
        remittance_claims.payer_sequence,

        lines.line_sequence,
        remittance_claims.adjudication_number,
        cast(lines.billed_amount as {{ type_money() }}) as billed_amount,
        cast(lines.denied_amount as {{ type_money() }}) as denied_amount,
        cast(lines.denied_to_patient_amount as {{ type_money() }}) as denied_to_patient_amount,

        remittance_claims.is_initial_adjudication as is_initial,
        -- the payer refused the same line again: rework that failed, not a new denial
        charges.charge_key is not null
        and row_number() over (
            partition by charges.charge_key
            order by remittance_claims.payer_sequence, remittance_claims.adjudication_number
        ) > 1 as is_repeat,

        remittance_claims.remittance_date as denied_date

    from lines
    inner join remittance_claims
        on lines.remittance_claim_id = remittance_claims.remittance_claim_id
    -- the payer can name a line of ours whose charge has not arrived yet
    left join charges
        on lines.claim_line_key = charges.charge_key
    inner join reasons
        on
            lines.remittance_claim_id = reasons.remittance_claim_id
            and lines.remittance_line_id = reasons.remittance_line_id
            and reasons.reason_rank = 1

)

select * from denied_lines
