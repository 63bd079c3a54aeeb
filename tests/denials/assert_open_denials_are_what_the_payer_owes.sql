with

claims as (

    select * from {{ ref('fct_claims') }}

),

denials as (

    select * from {{ ref('fct_denials') }}
    where claim_key is not null

),

transactions as (

    select * from {{ ref('fct_ar_transactions') }}
    where responsibility = 'primary'

),

as_of as (

    select * from {{ ref('int_calendar__as_of') }}

),

open_denials as (

    select
        claim_key,

        sum(open_amount) as open_amount

    from denials
    group by 1

),

last_entries as (

    select
        claim_key,

        max(post_date) as post_date

    from transactions
    group by 1

),

compared as (

    -- a payer that has decided owes nothing but what it denied
    select
        open_denials.claim_key,

        open_denials.open_amount,
        claims.primary_balance_amount,

        last_entries.post_date

    from open_denials
    inner join claims
        on open_denials.claim_key = claims.claim_key
    inner join last_entries
        on open_denials.claim_key = last_entries.claim_key

)

select compared.*
from compared
cross join as_of
where
    compared.open_amount <> compared.primary_balance_amount
    and {{ has_fully_arrived('compared.post_date') }}
