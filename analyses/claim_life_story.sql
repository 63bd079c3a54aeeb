-- What happened to one claim? Its events and its money on one time line, on the tracks of the first
-- payer, the second and the patient, with the balance after each step. It is the claim with the
-- most events; chosen_claim takes any other root_claim_id.
with

claims as (

    select * from {{ ref('fct_claims') }}

),

events as (

    select * from {{ ref('fct_claim_events') }}

),

transactions as (

    select * from {{ ref('fct_ar_transactions') }}

),

events_by_claim as (

    select
        claims.claim_key,
        claims.root_claim_id,
        row_number() over (order by count(*) desc, claims.root_claim_id asc) as claim_rank

    from events
    inner join claims
        on events.claim_key = claims.claim_key
    group by claims.claim_key, claims.root_claim_id

),

chosen_claim as (

    select
        claim_key,
        root_claim_id
    from events_by_claim
    where claim_rank = 1

),

posted_by_day as (

    select
        transactions.transaction_type,
        transactions.responsibility,

        sum(transactions.amount) as posted_amount,

        transactions.post_date

    from transactions
    inner join chosen_claim
        on transactions.claim_key = chosen_claim.claim_key
    group by transactions.transaction_type, transactions.responsibility, transactions.post_date

),

steps as (

    -- money is posted for what happened to the claim that day, so events lead the day
    select
        events.track,
        events.claim_state,
        cast(null as {{ dbt.type_string() }}) as transaction_type,
        cast(null as {{ dbt.type_string() }}) as responsibility,

        1 as kind_sort,
        events.event_number as step_sort,
        cast(null as numeric(14, 2)) as posted_amount,

        events.event_date as step_date

    from events
    inner join chosen_claim
        on events.claim_key = chosen_claim.claim_key

    union all

    select
        case responsibility when 'primary' then 'payer' else responsibility end as track,
        cast(null as {{ dbt.type_string() }}) as claim_state,
        transaction_type,
        responsibility,

        2 as kind_sort,
        row_number() over (
            order by post_date asc, posted_amount desc, transaction_type asc, responsibility asc
        ) as step_sort,
        posted_amount,

        post_date as step_date

    from posted_by_day

),

story as (

    select
        track,
        claim_state,
        transaction_type,
        responsibility,

        row_number() over (order by step_date, kind_sort, step_sort) as step_number,
        posted_amount,
        cast(
            sum(coalesce(posted_amount, 0)) over (
                order by step_date, kind_sort, step_sort
                rows between unbounded preceding and current row
            ) as numeric(14, 2)
        ) as balance_amount,

        step_date

    from steps

)

select
    chosen_claim.root_claim_id,

    story.step_number,
    story.step_date,
    story.track,
    story.claim_state,
    story.transaction_type,
    story.responsibility,
    story.posted_amount,
    story.balance_amount

from story
cross join chosen_claim
order by story.step_number
