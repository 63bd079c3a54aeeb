with

claims as (

    select * from {{ ref('stg_clearinghouse__claims') }}

),

submissions as (

    select * from {{ ref('fct_claim_submissions') }}

),

charges as (

    select * from {{ ref('fct_charges') }}

),

as_of as (

    select * from {{ ref('int_calendar__as_of') }}

),

charges_by_submission as (

    -- what had been posted when the first version was billed; a late charge is not on it
    select
        submissions.claim_submission_key,

        sum(charges.charge_amount) as charge_amount

    from submissions
    inner join charges
        on
            submissions.claim_key = charges.claim_key
            and submissions.final_bill_date >= charges.post_date
    where submissions.is_first_submission
    group by 1

),

compared as (

    select
        claims.claim_id,
        submissions.claim_key,

        claims.billed_amount,
        charges_by_submission.charge_amount,

        submissions.is_first_submission,

        claims.submitted_date

    from claims
    left join submissions
        on {{ surrogate_key(['claims.claim_id']) }} = submissions.claim_submission_key
    left join charges_by_submission
        on submissions.claim_submission_key = charges_by_submission.claim_submission_key

)

select compared.*
from compared
cross join as_of
where
    {{ has_fully_arrived('compared.submitted_date') }}
    and (
        compared.claim_key is null
        or (
            compared.is_first_submission
            and coalesce(compared.charge_amount, 0) <> compared.billed_amount
        )
    )
