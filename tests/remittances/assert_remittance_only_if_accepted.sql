with

remittances as (

    select * from {{ ref('fct_remittances') }}
    where is_matched

),

submissions as (

    select * from {{ ref('fct_claim_submissions') }}

),

as_of as (

    select * from {{ ref('int_calendar__as_of') }}

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

select answered.*
from answered
cross join as_of
where
    (answered.accepted_date is null or answered.accepted_date > answered.remittance_date)
    and {{ has_fully_arrived('answered.remittance_date') }}
