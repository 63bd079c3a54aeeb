with

transactions as (

    select * from {{ ref('fct_ar_transactions') }}
    where responsibility = 'secondary'

),

claims as (

    select * from {{ ref('fct_claims') }}

),

posted_by_day as (

    select
        claim_key,
        post_date,

        sum(amount) as amount,
        sum(case when transaction_type = 'transfer_from_payer' then amount else 0 end)
            as transferred_amount

    from transactions
    group by 1, 2

),

balances as (

    select
        posted_by_day.claim_key,
        claims.secondary_payer_key,
        posted_by_day.post_date,

        sum(posted_by_day.amount) over (
            partition by posted_by_day.claim_key
            order by posted_by_day.post_date
            rows between unbounded preceding and current row
        ) as balance_amount,
        sum(posted_by_day.transferred_amount) over (
            partition by posted_by_day.claim_key
            order by posted_by_day.post_date
            rows between unbounded preceding and current row
        ) as transferred_amount

    from posted_by_day
    inner join claims
        on posted_by_day.claim_key = claims.claim_key

)

select * from balances
where
    balance_amount > transferred_amount
    or (transferred_amount <> 0 and secondary_payer_key is null)
