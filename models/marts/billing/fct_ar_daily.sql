{% set columns = [
    'gross_balance_amount', 'net_balance_amount', 'credit_balance_amount', 'claim_count',
    'credit_claim_count'
] %}

with

changes as {{ inlined() }} (

    select * from {{ ref('int_ar__daily_changes') }}

),

dates as (

    select * from {{ ref('dim_date') }}

),

as_of as (

    select * from {{ ref('int_calendar__as_of') }}

),

cells as (

    select
        payer_key,
        facility_key,
        responsibility,
        aging_bucket,
        bucket_sort,

        min(change_date) as first_change_date

    from changes
    group by 1, 2, 3, 4, 5

),

cell_days as (

    select
        cells.payer_key,
        cells.facility_key,
        cells.responsibility,
        cells.aging_bucket,
        cells.bucket_sort,
        dates.date_key as snapshot_date

    from cells
    cross join as_of
    inner join dates
        on dates.date_key between cells.first_change_date and as_of.as_of_date

),

changes_and_days as (

    -- stacked, not joined: each day's end follows the changes of the day
    select
        payer_key,
        facility_key,
        responsibility,
        aging_bucket,
        bucket_sort,
        {% for column in columns -%}
            {{ column }},
        {% endfor -%}
        0 as is_day_end,
        change_date as snapshot_date
    from changes

    union all

    select
        payer_key,
        facility_key,
        responsibility,
        aging_bucket,
        bucket_sort,
        {% for column in columns -%}
            0 as {{ column }},
        {% endfor -%}
        1 as is_day_end,
        snapshot_date
    from cell_days

),

balances as (

    -- a balance is all that has entered its cell less all that has left it
    select
        payer_key,
        facility_key,
        responsibility,
        aging_bucket,
        bucket_sort,
        {% for column in columns -%}
            sum({{ column }}) over running as {{ column }},
        {% endfor -%}
        is_day_end,
        snapshot_date

    from changes_and_days
    window running as (
        partition by payer_key, facility_key, responsibility, bucket_sort
        order by snapshot_date, is_day_end
        rows between unbounded preceding and current row
    )

),

daily as (

    select
        {{ surrogate_key([
            'snapshot_date', 'payer_key', 'facility_key', 'responsibility', 'aging_bucket'
        ]) }} as ar_daily_key,
        payer_key,
        facility_key,

        responsibility,
        aging_bucket,

        bucket_sort,
        cast(gross_balance_amount as {{ type_money() }}) as gross_balance_amount,
        cast(net_balance_amount as {{ type_money() }}) as net_balance_amount,
        cast(credit_balance_amount as {{ type_money() }}) as credit_balance_amount,
        cast(claim_count as integer) as claim_count,
        cast(credit_claim_count as integer) as credit_claim_count,

        snapshot_date

    from balances
    where is_day_end = 1 and (claim_count > 0 or credit_claim_count > 0)

)

select * from daily
