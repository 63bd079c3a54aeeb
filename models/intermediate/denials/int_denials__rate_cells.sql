{{ config(materialized='view') }}

{% set zero_payment_measures = [
    ('claims', 'zero_paid_count', 'remittance_count'),
    ('dollars', 'zero_paid_amount', 'billed_amount'),
] %}
{% set last_day_of_month = dbt.last_day('cells.month_start_date', 'month') %}

with

measures as {{ inlined() }} (

    select * from {{ ref('int_denials__rate_measures') }}

),

zero_payments as {{ inlined() }} (

    select * from {{ ref('int_denials__zero_payments') }}

),

as_of as (

    select * from {{ ref('int_calendar__as_of') }}

),

first_month as (

    select min(submission_month) as first_submission_month
    from measures

),

initial_cells as (

    -- of what was sent in the month, how much was denied at its first adjudication
    select
        'RCM-IDR' as definition_id,
        submission_month as month_start_date,
        slice,
        payer_key,
        facility_key,
        provider_key,
        procedure_family,
        measure,
        denied as numerator,
        submitted as denominator,
        remitted as adjudicated
    from measures

),

hfma_denied_cells as (

    select
        'CITF-1' as definition_id,
        remittance_month as month_start_date,
        slice,
        payer_key,
        facility_key,
        provider_key,
        procedure_family,
        measure,
        denied as numerator,
        cast(0 as {{ type_money() }}) as denominator,
        remitted as adjudicated
    from measures
    where remittance_month is not null

),

hfma_submitted_cells as (

    -- HFMA Claim Integrity Task Force: against the average of the three months before; a month's
    -- submissions therefore count in each of the next three, and averaged_months divides them
    {% for months_later in [1, 2, 3] -%}
        select
            'CITF-1' as definition_id,
            cast({{ dbt.dateadd('month', months_later, 'submission_month') }} as date)
                as month_start_date,
            slice,
            payer_key,
            facility_key,
            provider_key,
            procedure_family,
            measure,
            cast(0 as {{ type_money() }}) as numerator,
            submitted as denominator,
            cast(0 as {{ type_money() }}) as adjudicated
        from measures
        {{ 'union all' if not loop.last }}
    {% endfor %}
),

remittance_cells as (

    -- HFMA AR-5: by the month of the first remittance
    select
        'AR-5' as definition_id,
        remittance_month as month_start_date,
        slice,
        payer_key,
        facility_key,
        provider_key,
        procedure_family,
        measure,
        denied as numerator,
        remitted as denominator,
        remitted as adjudicated
    from measures
    where remittance_month is not null

),

zero_payment_cells as (

    -- HFMA Claim Integrity Task Force: every primary remittance counts, and a payment of zero
    -- counts as denied even when it is all deductible; that is why it stands apart
    {% for measure, zero_paid, remitted in zero_payment_measures -%}
        select
            'CITF-2' as definition_id,
            month_start_date,
            slice,
            payer_key,
            facility_key,
            provider_key,
            procedure_family,
            '{{ measure }}' as measure,
            cast({{ zero_paid }} as {{ type_money() }}) as numerator,
            cast({{ remitted }} as {{ type_money() }}) as denominator,
            cast({{ remitted }} as {{ type_money() }}) as adjudicated
        from zero_payments
        {{ 'union all' if not loop.last }}
    {% endfor %}
),

cells as (

    select * from initial_cells
    union all
    select * from hfma_denied_cells
    union all
    select * from hfma_submitted_cells
    union all
    select * from remittance_cells
    union all
    select * from zero_payment_cells

),

dated_cells as (

    select
        cells.definition_id,
        cells.slice,
        cells.payer_key,
        cells.facility_key,
        cells.provider_key,

        cells.measure,
        cells.procedure_family,

        cells.numerator,
        cells.denominator,
        cells.adjudicated,
        case when cells.definition_id = 'CITF-1' then 3 else 1 end as averaged_months,

        -- a month counts when it is over, a cohort when its claims have had time to be answered
        case
            when cells.definition_id = 'RCM-IDR'
                then
                    {{ dbt.dateadd(
                        'day', var('denial_cohort_maturity_days'), last_day_of_month
                    ) }} <= as_of.as_of_date
            else {{ last_day_of_month }} <= as_of.as_of_date
        end as is_mature,

        cells.month_start_date

    from cells
    cross join as_of
    cross join first_month
    where
        cells.month_start_date <= as_of.as_of_date
        -- the three months before must lie in the data
        and (
            cells.definition_id <> 'CITF-1'
            or cells.month_start_date
            >= {{ dbt.dateadd('month', 3, 'first_month.first_submission_month') }}
        )

)

select * from dated_cells
