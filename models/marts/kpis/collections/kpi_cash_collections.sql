{% set cash_columns = [
    'payment_amount', 'takeback_amount', 'refund_amount',
    'primary_cash_amount', 'secondary_cash_amount', 'patient_cash_amount'
] %}
{% set months -%}
    (extract(year from month_start_date) * 12 + extract(month from month_start_date))
{%- endset %}

with

transactions as (

    select * from {{ ref('fct_ar_transactions') }}
    where transaction_type in ('payer_payment', 'patient_payment', 'refund')

),

revenue as (

    select * from {{ ref('int_ar__revenue_by_month') }}

),

payers as (

    select * from {{ ref('dim_payer') }}

),

targets as (

    select * from {{ ref('kpi_targets') }}

),

as_of as (

    select * from {{ ref('int_calendar__as_of') }}

),

cash_entries as (

    -- a payment that raises the balance takes an earlier one back
    select
        payers.current_payer_key as payer_key,
        transactions.facility_key,

        transactions.responsibility,

        -transactions.amount as cash_amount,
        case
            when transactions.transaction_type <> 'refund' and transactions.amount < 0
                then -transactions.amount
            else 0
        end as payment_amount,
        case
            when transactions.transaction_type <> 'refund' and transactions.amount > 0
                then transactions.amount
            else 0
        end as takeback_amount,
        case when transactions.transaction_type = 'refund' then transactions.amount else 0 end
            as refund_amount,

        cast({{ dbt.date_trunc('month', 'transactions.post_date') }} as date) as month_start_date

    from transactions
    inner join payers
        on transactions.payer_key = payers.payer_key

),

measures as (

    select
        payer_key,
        facility_key,

        cash_amount,
        payment_amount,
        takeback_amount,
        refund_amount,
        {% for responsibility in ['primary', 'secondary', 'patient'] -%}
            case when responsibility = '{{ responsibility }}' then cash_amount else 0 end
                as {{ responsibility }}_cash_amount,
        {% endfor -%}
        0 as net_revenue_amount,

        month_start_date

    from cash_entries

    -- HFMA FM-2 divides by the average of three months: a month's revenue counts in its own and in
    -- the next two
    {% for months_later in [0, 1, 2] -%}
        union all

        select
            payer_key,
            facility_key,

            0 as cash_amount,
            {% for column in cash_columns -%}
                0 as {{ column }},
            {% endfor -%}
            net_revenue_amount,

            cast({{ dbt.dateadd('month', months_later, 'month_start_date') }} as date)
                as month_start_date
        from revenue
    {% endfor %}
),

summed as (

    select
        payer_key,
        facility_key,

        sum(cash_amount) as cash_amount,
        {% for column in cash_columns -%}
            sum({{ column }}) as {{ column }},
        {% endfor -%}
        sum(net_revenue_amount) as net_revenue_amount,

        month_start_date

    from measures
    group by payer_key, facility_key, month_start_date

),

averaged as (

    select
        summed.payer_key,
        summed.facility_key,

        'cash_npsr_rate' as kpi_id,
        'FM-2' as definition_id,

        {% for column in cash_columns -%}
            cast(summed.{{ column }} as {{ type_money() }}) as {{ column }},
        {% endfor -%}
        cast(summed.cash_amount as {{ type_money() }}) as numerator,
        {{ rate('summed.net_revenue_amount', 3) }} as denominator,

        cast({{ dbt.last_day('summed.month_start_date', 'month') }} as date) <= as_of.as_of_date
            as is_over,

        summed.month_start_date

    from summed
    cross join as_of
    where summed.month_start_date <= as_of.as_of_date

),

counted as (

    select
        payer_key,
        facility_key,

        kpi_id,
        definition_id,

        {% for column in cash_columns -%}
            {{ column }},
        {% endfor -%}
        numerator,
        denominator,
        {{ months }} - min({{ months }}) over () as months_before,

        is_over,

        month_start_date

    from averaged

),

dated as (

    -- until three months of revenue are known their average is too small
    select
        payer_key,
        facility_key,

        kpi_id,
        definition_id,

        {% for column in cash_columns -%}
            {{ column }},
        {% endfor -%}
        numerator,
        denominator,
        months_before,

        is_over and months_before >= 2 as is_mature,

        month_start_date

    from counted

),

trended as (

    select
        {{ surrogate_key(['definition_id', 'payer_key', 'facility_key', 'month_start_date']) }}
            as kpi_cash_collections_key,
        payer_key,
        facility_key,

        kpi_id,
        definition_id,

        {% for column in cash_columns -%}
            {{ column }},
        {% endfor -%}
        numerator,
        denominator,
        months_before,
        {{ kpi_trend_columns(
            ['definition_id', 'payer_key', 'facility_key'],
            rate_when='is_mature', with_interval=false
        ) }},

        is_mature,

        month_start_date

    from dated

),

targeted as (

    select
        trended.kpi_cash_collections_key,
        trended.payer_key,
        trended.facility_key,

        trended.kpi_id,
        trended.definition_id,

        {% for column in cash_columns -%}
            trended.{{ column }},
        {% endfor -%}
        trended.numerator,
        trended.denominator,
        trended.rate,
        trended.previous_month_rate,
        trended.rate - trended.previous_month_rate as rate_change,
        -- three months with an average of their own
        case when trended.months_before >= 4 then trended.trailing_three_month_rate end
            as trailing_three_month_rate,
        cast(targets.target_value as {{ type_rate() }}) as target_rate,

        trended.is_mature,

        trended.month_start_date

    from trended
    left join targets
        on trended.kpi_id = targets.kpi_id

)

select * from targeted
