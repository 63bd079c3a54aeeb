with

usable as (

    select * from {{ ref('base_clearinghouse__claims') }}
    where
        unusable_reason is null
        and {{ is_judged_anew('claims', 'claim_id') }}

),

latest as (

    {{ latest_version('usable', ['claim_id']) }}

),

claims as (

    select
        claim_id,
        patient_control_number,
        hospital_id,
        original_reference_number,
        payer_id,
        member_id,
        billing_provider_npi,
        rendering_provider_npi,

        claim_type,
        frequency_code,
        payer_sequence,
        place_of_service_code,
        facility_type_code,
        principal_diagnosis_code,
        prior_authorization_number,

        billed_amount,

        statement_from_date,
        statement_to_date,
        final_bill_date,
        submitted_date,

        _loaded_at,
        _source_file,
        _batch_id

    from latest

)

select * from claims
