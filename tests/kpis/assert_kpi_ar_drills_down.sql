{% set aging_amounts = [
    'gross_balance_amount', 'net_balance_amount', 'credit_balance_amount',
    'billed_balance_amount', 'claim_count'
] %}
{% set days_amounts = [
    ('net_ar_days', 'net_balance_amount'),
    ('gross_ar_days', 'gross_balance_amount'),
    ('credit_balance_days', 'credit_balance_amount'),
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

payers as (

    select * from {{ ref('dim_payer') }}

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
        payers.current_payer_key as payer_key,
        open_balances.facility_key,
        open_balances.responsibility,
        open_balances.aging_bucket,
        open_balances.gross_balance_amount,
        open_balances.net_balance_amount,
        open_balances.credit_balance_amount,
        case when open_balances.is_unbilled then 0 else open_balances.gross_balance_amount end
            as billed_balance_amount,
        1 as claim_count,
        open_balances.snapshot_date as as_of_date

    from open_balances
    inner join payers
        on open_balances.payer_key = payers.payer_key

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
        balances.credit_balance_amount,
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
    {% for kpi, amount in days_amounts -%}
        select
            '{{ kpi }}' as kpi,
            payer_key,
            facility_key,
            'all' as slice,
            as_of_date,
            -{{ amount }} as amount
        from balances_with_days
        {{ 'union all' if not loop.last }}
    {% endfor %}
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
