with

versions as (

    -- what goes on to the next payer is no resubmission
    select * from {{ ref('int_claims__versions') }}
    where is_to_first_payer

),

submissions as (

    select
        root_patient_control_number as patient_control_number,

        max(case when version_number = 1 then payer_id end) as payer_id,
        max(case when version_number = 1 then payer_sequence end) as payer_sequence,
        max(case when version_number = 1 then principal_diagnosis_code end) as diagnosis_code,

        max(case when version_number = 1 then billed_amount end) as first_submitted_amount,
        count(*) as submission_count,

        coalesce(
            max(case when version_number = 1 and accepted_date is not null then 1 end) = 1,
            false
        ) as is_accepted_first_time,

        min(final_bill_date) as final_bill_date,
        min(submitted_date) as first_submitted_date,
        max(submitted_date) as last_submitted_date,
        min(accepted_date) as first_accepted_date

    from versions
    group by 1

)

select * from submissions
