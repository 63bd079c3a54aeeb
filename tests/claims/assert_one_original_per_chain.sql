with

submissions as (

    select * from {{ ref('fct_claim_submissions') }}

),

as_of as (

    select * from {{ ref('int_calendar__as_of') }}

),

accepted as (

    select
        claim_submission_key,
        claim_key,
        frequency_code,
        version_number,
        submitted_date,

        row_number() over (
            partition by claim_key, payer_sequence, frequency_code order by version_number
        ) as occurrence

    from submissions
    where is_accepted

),

first_accepted as (

    select
        claim_key,
        payer_sequence,

        min(accepted_date) as accepted_date

    from submissions
    where is_accepted
    group by 1, 2

),

numbered as (

    select
        claim_submission_key,
        claim_key,
        version_number,
        submitted_date,

        row_number() over (partition by claim_key order by version_number) as expected_number

    from submissions

),

broken as (

    -- a rejected original goes out again as frequency 1, so only the accepted one is the original;
    -- a second payer gets an original of its own
    select
        claim_submission_key,
        claim_key,
        submitted_date,
        'a payer accepts one original of a claim' as broken_rule
    from accepted
    where frequency_code = '1' and occurrence > 1

    union all

    select
        claim_submission_key,
        claim_key,
        submitted_date,
        'a chain begins with an original' as broken_rule
    from submissions
    where version_number = 1 and frequency_code <> '1'

    union all

    select
        claim_submission_key,
        claim_key,
        submitted_date,
        'versions are numbered from 1 without a gap' as broken_rule
    from numbered
    where version_number <> expected_number

    union all

    -- X12: a replacement or void names a claim that the same payer has accepted
    select
        submissions.claim_submission_key,
        submissions.claim_key,
        submissions.submitted_date,
        'a 7 or 8 follows a version that its payer had accepted' as broken_rule
    from submissions
    left join first_accepted
        on
            submissions.claim_key = first_accepted.claim_key
            and submissions.payer_sequence = first_accepted.payer_sequence
            and submissions.submitted_date >= first_accepted.accepted_date
    where submissions.frequency_code in ('7', '8') and first_accepted.claim_key is null

)

select broken.*
from broken
cross join as_of
where {{ has_fully_arrived('broken.submitted_date') }}
