{% set days_amounts = {
    'net_ar_days': 'net_balance_amount', 'gross_ar_days': 'gross_balance_amount'
} %}
{% set aging_amounts = [
    'gross_balance_amount', 'net_balance_amount', 'credit_balance_amount',
    'billed_balance_amount', 'claim_count'
] %}

with

aging as (

    select
        *,
        numerator as billed_balance_amount
    from {{ ref('kpi_ar_aging') }}

),

ar_days as (

    select * from {{ ref('kpi_ar_days') }}

),

balances as (

    select
        *,
        case when is_unbilled then 0 else gross_balance_amount end as billed_balance_amount,
        1 as claim_count
    from {{ ref('fct_ar_month_end') }}

),

full_snapshots as (

    select distinct as_of_date
    from ar_days

),

signed_numbers as (

    -- what the dashboard shows ...
    select
        kpi_id as kpi,
        payer_key,
        facility_key,
        'all' as slice,
        as_of_date,
        numerator as amount
    from ar_days

    union all

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
    -- ... less the balances behind it
    {% for kpi_id, amount in days_amounts.items() -%}
        select
            '{{ kpi_id }}' as kpi,
            balances.payer_key,
            balances.facility_key,
            'all' as slice,
            balances.snapshot_date as as_of_date,
            -balances.{{ amount }} as amount
        from balances
        inner join full_snapshots
            on balances.snapshot_date = full_snapshots.as_of_date

        union all

    {% endfor -%}
    {% for amount in aging_amounts -%}
        select
            'aging: {{ amount }}' as kpi,
            payer_key,
            facility_key,
            responsibility || ' ' || aging_bucket as slice,
            snapshot_date as as_of_date,
            -{{ amount }} as amount
        from balances
        {% if not loop.last %}
        union all
        {% endif %}
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
