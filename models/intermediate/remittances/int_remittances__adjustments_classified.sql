with

adjustments as (

    select * from {{ ref('stg_clearinghouse__remittance_adjustments') }}
    where {{ is_of_changed_remittance() }}

),

denial_reasons as (

    select * from {{ ref('denial_reasons') }}

),

classified as (

    select
        adjustments.remittance_adjustment_id,
        adjustments.remittance_claim_id,
        adjustments.remittance_line_id,
        adjustments.group_code || '-' || adjustments.carc as denial_reason_id,

        adjustments.group_code,
        adjustments.carc,
        -- group PR is the patient's by definition; any other pair that the list lacks is left in
        -- the open balance until somebody classifies it
        coalesce(
            denial_reasons.adjustment_class,
            case when adjustments.group_code = 'PR' then 'patient_responsibility' end,
            'unclassified'
        ) as adjustment_class,

        adjustments.adjustment_sequence,
        adjustments.adjustment_amount

    from adjustments
    left join denial_reasons
        on
            adjustments.group_code = denial_reasons.group_code
            and adjustments.carc = denial_reasons.carc

)

select * from classified
