{#- Each stage with the dates that it lies between; the last is the whole. -#}
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

claims as {{ inlined() }} (

    -- who pays alone is billed with the charges and passes none of this
    select * from {{ ref('fct_claims') }}
    where is_insured

),

as_of as (

    select * from {{ ref('int_calendar__as_of') }}

),

first_day as (

    select min(service_date) as first_service_date
    from claims

),

passed_stages as (

    {% for stage, start_date, end_date in stages -%}
        select
            payer_key,
            facility_key,
            provider_key,

            '{{ stage }}' as cash_stage,

            {{ loop.index }} as stage_sort,
            {{ days_between(start_date, end_date) }} as stage_days,

            {{ end_date }} as ended_date

        from claims
        -- an end before its start waits for a row that has not arrived
        where {{ end_date }} >= {{ start_date }}
        {{ 'union all' if not loop.last }}
    {% endfor %}
),

dated as (

    select
        payer_key,
        facility_key,
        provider_key,

        cash_stage,

        stage_sort,
        stage_days,

        cast({{ dbt.date_trunc('month', 'ended_date') }} as date) as month_start_date

    from passed_stages

),

cells as (

    -- by the month of the end, a stage that took long counts when it is over; by that of its start,
    -- the last months would hold none but the quick ones. So would the first months by their ends:
    -- what ended then and took long began before the data.
    select
        dated.payer_key,
        dated.facility_key,
        dated.provider_key,

        dated.cash_stage,

        dated.stage_sort,
        sum(dated.stage_days) as total_days,
        count(*) as claim_count,

        {{ dbt.last_day('dated.month_start_date', 'month') }} <= as_of.as_of_date as is_mature,

        dated.month_start_date

    from dated
    cross join as_of
    cross join first_day
    where
        dated.month_start_date
        >= {{ dbt.dateadd(
            'day', var('denial_cohort_maturity_days'), 'first_day.first_service_date'
        ) }}
    group by
        dated.payer_key,
        dated.facility_key,
        dated.provider_key,
        dated.cash_stage,
        dated.stage_sort,
        dated.month_start_date,
        as_of.as_of_date

)

select * from cells
