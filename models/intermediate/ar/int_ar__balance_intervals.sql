with

transactions as (

    select * from {{ ref('int_ar__transactions') }}

),

posted_by_day as (

    select
        claim_key,
        responsibility,

        post_date,

        sum(amount) as amount

    from transactions
    group by 1, 2, 3

),

intervals as (

    select
        claim_key,
        responsibility,

        cast(
            sum(amount) over (
                partition by claim_key, responsibility
                order by post_date
                rows between unbounded preceding and current row
            ) as {{ type_money() }}
        ) as balance_amount,

        post_date as valid_from,
        -- the day before the next entry; the last balance holds for good
        coalesce(
            cast(
                {{ dbt.dateadd('day', -1, 'lead(post_date) over (
                    partition by claim_key, responsibility order by post_date
                )') }} as date
            ),
            cast('9999-12-31' as date)
        ) as valid_to

    from posted_by_day

)

select * from intervals
