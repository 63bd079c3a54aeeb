{% set kinds = ['payment_amount', 'takeback_amount', 'refund_amount'] %}
{% set responsibilities = ['primary', 'secondary', 'patient'] %}

with

cash_collections as (

    select * from {{ ref('kpi_cash_collections') }}

),

transactions as (

    select * from {{ ref('fct_ar_transactions') }}
    where transaction_type in ('payer_payment', 'patient_payment', 'refund')

),

payers as (

    select * from {{ ref('dim_payer') }}

),

as_of as (

    select * from {{ ref('int_calendar__as_of') }}

),

entries as (

    select
        payers.current_payer_key as payer_key,
        transactions.facility_key,
        transactions.responsibility,
        case
            when transactions.transaction_type = 'refund' then 'refund_amount'
            when transactions.amount > 0 then 'takeback_amount'
            else 'payment_amount'
        end as kind,
        transactions.amount,
        cast({{ dbt.date_trunc('month', 'transactions.post_date') }} as date) as month_start_date

    from transactions
    inner join payers
        on transactions.payer_key = payers.payer_key
    cross join as_of
    where transactions.post_date <= as_of.as_of_date

),

signed_numbers as (

    {% for kind in kinds -%}
        select
            payer_key,
            facility_key,
            '{{ kind }}' as slice,
            month_start_date,
            {{ '' if kind == 'payment_amount' else '-' }}{{ kind }} as amount
        from cash_collections

        union all

    {% endfor -%}
    {% for responsibility in responsibilities -%}
        select
            payer_key,
            facility_key,
            '{{ responsibility }}' as slice,
            month_start_date,
            {{ responsibility }}_cash_amount as amount
        from cash_collections

        union all

    {% endfor -%}
    select
        payer_key,
        facility_key,
        'all' as slice,
        month_start_date,
        numerator as amount
    from cash_collections

    union all

    -- ... plus the ledger, where what comes in is negative
    {% for slice in ['kind', 'responsibility', "'all'"] -%}
        select
            payer_key,
            facility_key,
            {{ slice }} as slice,
            month_start_date,
            amount
        from entries
        {{ 'union all' if not loop.last }}
    {% endfor %}
),

differences as (

    select
        payer_key,
        facility_key,
        slice,
        month_start_date,

        sum(amount) as difference_amount

    from signed_numbers
    group by 1, 2, 3, 4

)

select * from differences
where difference_amount <> 0
