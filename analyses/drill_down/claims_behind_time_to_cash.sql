-- Which claims make the mean days of a stage from service to cash? Those that ended it in the
-- month.
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

    select * from {{ ref('kpi_time_to_cash') }}

),

claims as {{ inlined() }} (

    select * from {{ ref('fct_claims') }}
    where is_insured

),

payers as (

    select * from {{ ref('dim_payer') }}

),

stages as (

    {% for stage, start_date, end_date in stages -%}
        select
            claim_key,
            payer_key,
            facility_key,
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
        cells.kpi_time_to_cash_key,
        stages.claim_key,

        stages.cash_stage,

        {{ days_between('stages.started_date', 'stages.ended_date') }} as numerator,
        1 as denominator,

        stages.started_date,
        stages.ended_date

    from stages
    inner join payers
        on stages.payer_key = payers.payer_key
    inner join cells
        on
            stages.cash_stage = cells.cash_stage
            and payers.current_payer_key = cells.payer_key
            and stages.facility_key = cells.facility_key
            and cast({{ dbt.date_trunc('month', 'stages.ended_date') }} as date)
            = cells.month_start_date
    where {{ is_of_cell('cells.kpi_time_to_cash_key') }}

)

select * from drilled
