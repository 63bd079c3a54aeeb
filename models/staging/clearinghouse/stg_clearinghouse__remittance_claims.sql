with

source as (

    select * from {{ source('clearinghouse', 'remittance_claims') }}
    where {{ arrived_by_as_of() }}

),

cleaned as (

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

)

select * from cleaned
