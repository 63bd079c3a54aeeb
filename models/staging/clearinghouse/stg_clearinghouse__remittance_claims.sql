with

usable as (

    select * from {{ ref('base_clearinghouse__remittance_claims') }}
    where
        unusable_reason is null
        and {{ is_judged_anew('remittance_claims', 'remittance_claim_id') }}

),

latest as (

    {{ latest_version('usable', ['remittance_claim_id']) }}

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

    from latest

)

select * from remittance_claims
