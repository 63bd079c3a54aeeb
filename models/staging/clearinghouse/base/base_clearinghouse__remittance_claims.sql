with

source as (

    select * from {{ source('clearinghouse', 'remittance_claims') }}
    where {{ arrived_by_as_of() }}

),

remittance_lines as (

    select * from {{ ref('stg_clearinghouse__remittance_lines') }}

),

adjustments as (

    select * from {{ ref('stg_clearinghouse__remittance_adjustments') }}

),

totals_of_lines as (

    select
        remittance_claim_id,

        sum(billed_amount) as lines_amount

    from remittance_lines
    group by 1

),

totals_of_adjustments as (

    select
        remittance_claim_id,

        sum(adjustment_amount) as adjusted_amount

    from adjustments
    group by 1

),

parsed as (

    select
        {{ normalised_code('remittance_claim_id') }} as remittance_claim_id,
        {{ normalised_code('remittance_id') }} as remittance_id,
        {{ normalised_code('patient_control_number') }} as patient_control_number,
        {{ normalised_code('payer_claim_control_number') }} as payer_claim_control_number,
        {{ normalised_code('member_id') }} as member_id,

        {{ normalised_code('claim_status_code') }} as claim_status_code,
        {{ normalised_code('claim_filing_indicator_code') }} as claim_filing_indicator_code,
        {{ normalised_code('facility_type_code') }} as facility_type_code,
        {{ normalised_code('frequency_code') }} as frequency_code,
        {{ normalised_code('drg_code') }} as drg_code,
        {{ normalised_code('remark_code_1') }} as remark_code_1,
        {{ normalised_code('remark_code_2') }} as remark_code_2,

        claim_sequence,
        billed_amount,
        paid_amount as payer_paid_amount,
        patient_responsibility_amount,
        coverage_amount,

        statement_from_date,
        statement_to_date,
        received_date,

        _loaded_at,
        _source_file,
        _source_position,
        _batch_id

    from source
    {{ computed_once() }}

),

judged as (

    -- 005010X221A1, 1.10.2.1: charge less all adjustments is what was paid; where lines are sent,
    -- their charges add up to the claim's. An 835 is loaded by the same rules (ingestion/x12).
    select
        parsed.remittance_claim_id,
        parsed.remittance_id,
        parsed.patient_control_number,
        parsed.payer_claim_control_number,
        parsed.member_id,

        parsed.claim_status_code,
        parsed.claim_filing_indicator_code,
        parsed.facility_type_code,
        parsed.frequency_code,
        parsed.drg_code,
        parsed.remark_code_1,
        parsed.remark_code_2,
        case
            when
                parsed.billed_amount - coalesce(totals_of_adjustments.adjusted_amount, 0)
                <> parsed.payer_paid_amount
                then 'payer_paid_amount'
            when parsed.billed_amount <> totals_of_lines.lines_amount then 'billed_amount'
        end as wrong_total_column,

        parsed.claim_sequence,
        parsed.billed_amount,
        parsed.payer_paid_amount,
        parsed.patient_responsibility_amount,
        parsed.coverage_amount,

        parsed.statement_from_date,
        parsed.statement_to_date,
        parsed.received_date,

        parsed._loaded_at,
        parsed._source_file,
        parsed._source_position,
        parsed._batch_id

    from parsed
    left join totals_of_lines
        on parsed.remittance_claim_id = totals_of_lines.remittance_claim_id
    left join totals_of_adjustments
        on parsed.remittance_claim_id = totals_of_adjustments.remittance_claim_id

),

remittance_claims as (

    select
        remittance_claim_id,
        remittance_id,
        patient_control_number,
        payer_claim_control_number,
        member_id,

        claim_status_code,
        claim_filing_indicator_code,
        facility_type_code,
        frequency_code,
        drg_code,
        remark_code_1,
        remark_code_2,
        case when wrong_total_column is not null then 'wrong_total' end as unusable_reason,
        wrong_total_column as unusable_column,

        claim_sequence,
        billed_amount,
        payer_paid_amount,
        patient_responsibility_amount,
        coverage_amount,

        statement_from_date,
        statement_to_date,
        received_date,

        _loaded_at,
        _source_file,
        _source_position,
        _batch_id

    from judged

)

select * from remittance_claims
