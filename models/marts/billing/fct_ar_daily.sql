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

balances as (

    -- a balance is all that has entered its cell less all that has left it
    select
        cell_days.payer_key,
        cell_days.facility_key,
        cell_days.responsibility,
        cell_days.aging_bucket,
        cell_days.bucket_sort,
        {% for column in columns -%}
            sum(coalesce(changes.{{ column }}, 0)) over running as {{ column }},
        {% endfor -%}
        cell_days.snapshot_date

    from cell_days
    left join changes
        on
            cell_days.payer_key = changes.payer_key
            and cell_days.facility_key = changes.facility_key
            and cell_days.responsibility = changes.responsibility
            and cell_days.bucket_sort = changes.bucket_sort
            and cell_days.snapshot_date = changes.change_date
    window running as (
        partition by
            cell_days.payer_key,
            cell_days.facility_key,
            cell_days.responsibility,
            cell_days.bucket_sort
        order by cell_days.snapshot_date
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
    where claim_count > 0 or credit_claim_count > 0

)

select * from daily
