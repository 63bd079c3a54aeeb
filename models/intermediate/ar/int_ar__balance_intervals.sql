{{ config(
    materialized='incremental', unique_key='claim_key', sql_header=grouped_by_sorting()
) }}

with

transactions as (

    select * from {{ ref('int_ar__transactions') }}

),

posted_by_day as (

    select
        claim_key,
        responsibility,

        post_date,

        sum(amount) as amount,
        sum(case when transaction_type = 'charge' then amount else 0 end) as charge_amount,
        sum(expected_allowed_amount) as expected_allowed_amount

    from transactions
    group by 1, 2, 3

),

intervals as (

    select
        claim_key,
        responsibility,

        {% for running, entered in [
            ('balance_amount', 'amount'),
            ('charge_amount', 'charge_amount'),
            ('expected_allowed_amount', 'expected_allowed_amount'),
        ] -%}
            cast(
                sum({{ entered }}) over (
                    partition by claim_key, responsibility
                    order by post_date
                    rows between unbounded preceding and current row
                ) as {{ type_money() }}
            ) as {{ running }},
        {% endfor %}
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
