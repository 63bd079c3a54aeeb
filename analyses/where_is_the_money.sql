-- Who owes what, and since when? Open A/R at the last snapshot by payer class, by who owes it and
-- by age. Gross is as it stands, net less the contractual part that is still in it.
with

aging as (

    select * from {{ ref('kpi_ar_aging') }}
    where claim_count > 0

),

payers as (

    select * from {{ ref('dim_payer') }}

),

last_snapshot as (

    select max(as_of_date) as as_of_date
    from aging

),

open_balances as (

    select
        payers.payer_class_label,
        aging.responsibility,
        aging.aging_bucket,

        payers.payer_class_sort,
        aging.bucket_sort,
        sum(aging.claim_count) as claim_count,
        sum(aging.gross_balance_amount) as gross_balance_amount,
        sum(aging.net_balance_amount) as net_balance_amount,
        sum(aging.credit_balance_amount) as credit_balance_amount,

        aging.as_of_date

    from aging
    inner join last_snapshot
        on aging.as_of_date = last_snapshot.as_of_date
    inner join payers
        on aging.payer_key = payers.payer_key
    group by
        payers.payer_class_label,
        aging.responsibility,
        aging.aging_bucket,
        payers.payer_class_sort,
        aging.bucket_sort,
        aging.as_of_date

),

shared as (

    select
        payer_class_label,
        responsibility,
        aging_bucket,

        payer_class_sort,
        bucket_sort,
        claim_count,
        gross_balance_amount,
        net_balance_amount,
        credit_balance_amount,
        cast(
            gross_balance_amount / nullif(sum(gross_balance_amount) over (), 0) as numeric(9, 4)
        ) as share_of_gross_rate,
        cast(
            net_balance_amount / nullif(sum(net_balance_amount) over (), 0) as numeric(9, 4)
        ) as share_of_net_rate,

        as_of_date

    from open_balances

)

select
    payer_class_label,
    responsibility,
    aging_bucket,

    claim_count,
    gross_balance_amount,
    net_balance_amount,
    credit_balance_amount,
    share_of_gross_rate,
    share_of_net_rate,

    as_of_date

from shared
order by payer_class_sort, responsibility, bucket_sort
