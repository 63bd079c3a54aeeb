{% set aging_amounts = [
    'gross_balance_amount', 'net_balance_amount', 'credit_balance_amount',
    'billed_balance_amount', 'claim_count'
] %}

with

ar_aging as (

    select * from {{ ref('kpi_ar_aging') }}

),

ar_days as (

    select * from {{ ref('kpi_ar_days') }}

),

open_balances as (

    select * from {{ ref('fct_ar_month_end') }}

),

aging as (

    select
        payer_key,
        facility_key,
        responsibility,
        aging_bucket,
        gross_balance_amount,
        net_balance_amount,
        credit_balance_amount,
        numerator as billed_balance_amount,
        claim_count,
        as_of_date

    from ar_aging

),

balances as (

    select
        payer_key,
        facility_key,
        responsibility,
        aging_bucket,
        gross_balance_amount,
        net_balance_amount,
        credit_balance_amount,
        case when is_unbilled then 0 else gross_balance_amount end as billed_balance_amount,
        1 as claim_count,
        snapshot_date as as_of_date

    from open_balances

),

full_snapshots as (

    -- no days in A/R before the window of revenue is full
    select distinct as_of_date
    from ar_days

),

balances_with_days as (

    select
        balances.payer_key,
        balances.facility_key,
        balances.gross_balance_amount,
        balances.net_balance_amount,
        balances.as_of_date

    from balances
    inner join full_snapshots
        on balances.as_of_date = full_snapshots.as_of_date

),

signed_numbers as (

    -- what the dashboard shows ...
    {% for amount in aging_amounts -%}
        select
            'aging: {{ amount }}' as kpi,
            payer_key,
            facility_key,
            responsibility || ' ' || aging_bucket as slice,
            as_of_date,
            {{ amount }} as amount
        from aging

        union all

    {% endfor -%}
    select
        kpi_id as kpi,
        payer_key,
        facility_key,
        'all' as slice,
        as_of_date,
        numerator as amount
    from ar_days

    union all

    -- ... less the balances behind it
    {% for amount in aging_amounts -%}
        select
            'aging: {{ amount }}' as kpi,
            payer_key,
            facility_key,
            responsibility || ' ' || aging_bucket as slice,
            as_of_date,
            -{{ amount }} as amount
        from balances

        union all

    {% endfor -%}
    select
        'net_ar_days' as kpi,
        payer_key,
        facility_key,
        'all' as slice,
        as_of_date,
        -net_balance_amount as amount
    from balances_with_days

    union all

    select
        'gross_ar_days' as kpi,
        payer_key,
        facility_key,
        'all' as slice,
        as_of_date,
        -gross_balance_amount as amount
    from balances_with_days

),

differences as (

    select
        kpi,
        payer_key,
        facility_key,
        slice,
        as_of_date,

        sum(amount) as difference

    from signed_numbers
    group by 1, 2, 3, 4, 5

)

select * from differences
where difference <> 0
