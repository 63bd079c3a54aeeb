with

worklist as (

    select * from {{ ref('timely_filing_worklist') }}

),

submissions as (

    select * from {{ ref('fct_claim_submissions') }}
    where is_accepted

),

claims as (

    select * from {{ ref('fct_claims') }}

),

accepted as (

    select distinct worklist.claim_key
    from worklist
    inner join submissions
        on worklist.claim_key = submissions.claim_key

),

left_out as (

    -- an unsent claim of a payer leaves the list only when nothing is owed on it
    select claims.claim_key
    from claims
    left join worklist
        on claims.claim_key = worklist.claim_key
    where
        claims.is_insured
        and claims.submission_count = 0
        and not claims.is_closed
        and worklist.claim_key is null

)

select claim_key from accepted
union all
select claim_key from left_out
