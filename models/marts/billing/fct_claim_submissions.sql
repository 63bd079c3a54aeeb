{{ config(materialized='incremental', unique_key='claim_key') }}

with

versions as (

    select * from {{ ref('int_claims__versions') }}

),

accounts as (

    select * from {{ ref('int_claims__accounts') }}

),

payers as (

    select * from {{ ref('int_payers__versions') }}

),

joined as (

    select
        {{ surrogate_key(['versions.claim_id']) }} as claim_submission_key,
        accounts.claim_key,
        payers.payer_key,
        accounts.facility_key,

        versions.claim_type,
        versions.frequency_code,
        versions.payer_sequence,
        versions.rejected_by,

        cast(versions.version_number as integer) as version_number,
        versions.billed_amount,
        {{ days_between('versions.submitted_date', 'versions.accepted_date') }}
            as days_to_acceptance,

        versions.version_number = 1 as is_first_submission,
        versions.accepted_date is not null as is_accepted,
        versions.rejected_date is not null as is_rejected,

        versions.final_bill_date,
        versions.submitted_date,
        versions.accepted_date,
        versions.rejected_date

    from versions
    inner join accounts
        on versions.root_patient_control_number = accounts.patient_control_number
    left join payers
        on
            versions.payer_id = payers.payer_id
            and accounts.service_date between payers.valid_from and payers.valid_to

)

select * from joined
