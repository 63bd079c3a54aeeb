-- Which claims of a provider make the mean days of a stage from service to cash? Those that ended
-- it in the month.
{% set stages = [
    ('charge_posting', 'service_date', 'first_charge_post_date'),
    ('billing', 'first_charge_post_date', 'final_bill_date'),
    ('submission', 'final_bill_date', 'first_submitted_date'),
    ('acceptance', 'first_submitted_date', 'first_accepted_date'),
    ('adjudication', 'first_accepted_date', 'first_remittance_date'),
    ('payment', 'first_remittance_date', 'first_payer_payment_date'),
    ('service_to_cash', 'service_date', 'first_payer_payment_date'),
] %}
with

cells as (

    select * from {{ ref('kpi_time_to_cash_by_provider') }}

),

claims as {{ inlined() }} (

    select * from {{ ref('fct_claims') }}
    where is_insured

),

providers as (

    select * from {{ ref('dim_provider') }}

),

stages as (

    {% for stage, start_date, end_date in stages -%}
        select
            claim_key,
            provider_key,
            '{{ stage }}' as cash_stage,
            {{ start_date }} as started_date,
            {{ end_date }} as ended_date
        from claims
        where {{ end_date }} >= {{ start_date }}
        {{ 'union all' if not loop.last }}
    {% endfor %}
),

drilled as (

    select
        cells.kpi_time_to_cash_by_provider_key,
        stages.claim_key,

        stages.cash_stage,

        {{ days_between('stages.started_date', 'stages.ended_date') }} as numerator,
        1 as denominator,

        stages.started_date,
        stages.ended_date

    from stages
    inner join providers
        on stages.provider_key = providers.provider_key
    inner join cells
        on
            stages.cash_stage = cells.cash_stage
            and providers.current_provider_key = cells.provider_key
            and cast({{ dbt.date_trunc('month', 'stages.ended_date') }} as date)
            = cells.month_start_date
    where {{ is_of_cell('cells.kpi_time_to_cash_by_provider_key') }}

)

select * from drilled
