with

remittances as (

    select * from {{ ref('fct_remittances') }}
    where is_matched

),

submissions as (

    select * from {{ ref('fct_claim_submissions') }}

),

answered as (

    select
        remittances.remittance_claim_key,
        remittances.claim_key,
        submissions.version_number,
        remittances.remittance_date,
        submissions.accepted_date

    from remittances
    left join submissions
        on remittances.claim_submission_key = submissions.claim_submission_key

)

select * from answered
where accepted_date is null or accepted_date > remittance_date
