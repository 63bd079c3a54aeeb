with

source as (

    select * from {{ source('clearinghouse', 'claims') }}
    where {{ arrived_by_as_of() }}

),

cleaned as (

    select
        claim_id,
        patient_control_number,
        submitter_id as hospital_id,
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
        upper(replace(trim(principal_diagnosis_code), '.', '')) as principal_diagnosis_code,
        prior_authorization_number,

        billed_amount,

        statement_from_date,
        statement_to_date,
        final_bill_date,
        submitted_date,

        _loaded_at,
        _source_file,
        _batch_id

    from source

)

select * from cleaned
