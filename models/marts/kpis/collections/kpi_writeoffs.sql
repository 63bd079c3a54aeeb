{#- Definition, kind of write-off, and the ledger's entries that it counts. -#}
{% set uncompensated = "'uninsured_discount', 'bad_debt', 'charity'" %}
{% set definitions = [
    ('bad_debt_rate', 'AR-7', 'bad_debt', "'bad_debt'"),
    ('charity_rate', 'AR-8', 'charity', "'charity'"),
    ('uninsured_discount_rate', 'FM-3', 'uninsured_discount', "'uninsured_discount'"),
    ('uncompensated_care_rate', 'FM-4', 'uncompensated_care', uncompensated),
    ('small_balance_rate', 'RCM-SMALL-BALANCE', 'small_balance', "'small_balance'"),
    (
        'denial_writeoff_gross_rate', 'RCM-DENIAL-WRITEOFF', 'denial_writeoff',
        "'denial_writeoff'"
    ),
] %}

with

transactions as (

    select * from {{ ref('fct_ar_transactions') }}
    where transaction_type in (
        'bad_debt', 'charity', 'uninsured_discount', 'small_balance', 'denial_writeoff'
    )

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

written_off as (

    select
        payers.current_payer_key as payer_key,
        transactions.facility_key,

        transactions.transaction_type,

        sum(-transactions.amount) as written_off_amount,

        cast({{ dbt.date_trunc('month', 'transactions.post_date') }} as date) as month_start_date

    from transactions
    inner join payers
        on transactions.payer_key = payers.payer_key
    group by 1, 2, 3, 5

),

measures as (

    -- all kinds divide by the charges of all payers, so that FM-4 is the sum of its parts
    {% for kpi_id, definition_id, writeoff_type, transaction_types in definitions -%}
        select
            payer_key,
            facility_key,

            '{{ kpi_id }}' as kpi_id,
            '{{ definition_id }}' as definition_id,
            '{{ writeoff_type }}' as writeoff_type,

            written_off_amount as numerator,
            0 as denominator,

            month_start_date
        from written_off
        where transaction_type in ({{ transaction_types }})

        union all

        select
            payer_key,
            facility_key,

            '{{ kpi_id }}' as kpi_id,
            '{{ definition_id }}' as definition_id,
            '{{ writeoff_type }}' as writeoff_type,

            0 as numerator,
            gross_revenue_amount as denominator,

            month_start_date
        from revenue
        where gross_revenue_amount <> 0
        {{ 'union all' if not loop.last }}
    {% endfor %}
),

summed as (

    select
        payer_key,
        facility_key,

        kpi_id,
        definition_id,
        writeoff_type,

        cast(sum(numerator) as {{ type_money() }}) as numerator,
        cast(sum(denominator) as {{ type_money() }}) as denominator,

        month_start_date

    from measures
    group by 1, 2, 3, 4, 5, 8

),

dated as (

    select
        summed.payer_key,
        summed.facility_key,

        summed.kpi_id,
        summed.definition_id,
        summed.writeoff_type,

        summed.numerator,
        summed.denominator,

        cast({{ dbt.last_day('summed.month_start_date', 'month') }} as date) <= as_of.as_of_date
            as is_mature,

        summed.month_start_date

    from summed
    cross join as_of

),

trended as (

    select
        {{ surrogate_key(['definition_id', 'payer_key', 'facility_key', 'month_start_date']) }}
            as kpi_writeoffs_key,
        payer_key,
        facility_key,

        kpi_id,
        definition_id,
        writeoff_type,

        numerator,
        denominator,
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
        trended.kpi_writeoffs_key,
        trended.payer_key,
        trended.facility_key,

        trended.kpi_id,
        trended.definition_id,
        trended.writeoff_type,

        trended.numerator,
        trended.denominator,
        trended.rate,
        trended.previous_month_rate,
        trended.rate - trended.previous_month_rate as rate_change,
        trended.trailing_three_month_rate,
        cast(targets.target_value as {{ type_rate() }}) as target_rate,

        trended.is_mature,

        trended.month_start_date

    from trended
    left join targets
        on trended.kpi_id = targets.kpi_id

)

select * from targeted
