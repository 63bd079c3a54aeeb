{#- Definition, what was collected, and of what. -#}
{% set definitions = [
    ('net_collection_rate', 'RCM-NET-COLLECTION', 'collected_amount', 'expected_allowed_amount'),
    (
        'adjusted_collection_rate', 'RCM-ADJUSTED-COLLECTION', 'collected_amount',
        'adjusted_charge_amount'
    ),
    ('gross_collection_rate', 'RCM-GROSS-COLLECTION', 'collected_amount', 'billed_amount'),
    (
        'patient_collection_rate', 'RCM-PATIENT-COLLECTION', 'patient_collected_amount',
        'patient_responsibility_amount'
    ),
] %}
{% set months -%}
    (extract(year from month_start_date) * 12 + extract(month from month_start_date))
{%- endset %}
{% set twelve_months -%}
    over (
        partition by definition_id, payer_key, facility_key
        order by {{ months }}
        range between 11 preceding and current row
    )
{%- endset %}

with

claims as (

    select * from {{ ref('fct_claims') }}

),

transactions as (

    select * from {{ ref('fct_ar_transactions') }}
    where transaction_type = 'refund' and responsibility = 'patient'

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

patient_refunds as (

    select
        claim_key,

        sum(amount) as patient_refund_amount

    from transactions
    group by claim_key

),

collected_claims as (

    -- what a patient owes after insurance: who pays alone owes the price, which is in the net rate
    select
        payers.current_payer_key as payer_key,
        claims.facility_key,

        claims.billed_amount,
        claims.expected_allowed_amount,
        claims.billed_amount - claims.contractual_adjustment_amount
        - claims.uninsured_discount_amount as adjusted_charge_amount,
        claims.payer_paid_amount + claims.patient_paid_amount - claims.refund_amount
            as collected_amount,
        case when claims.is_insured then claims.patient_responsibility_amount end
            as patient_responsibility_amount,
        case
            when claims.is_insured
                then
                    claims.patient_paid_amount
                    - coalesce(patient_refunds.patient_refund_amount, 0)
        end as patient_collected_amount,

        claims.is_adjudicated or not claims.is_insured as is_answered,

        cast({{ dbt.date_trunc('month', 'claims.service_date') }} as date) as month_start_date

    from claims
    inner join payers
        on claims.payer_key = payers.payer_key
    left join patient_refunds
        on claims.claim_key = patient_refunds.claim_key

),

cohorts as (

    select
        payer_key,
        facility_key,

        sum(collected_amount) as collected_amount,
        sum(patient_collected_amount) as patient_collected_amount,
        {% for _, _, _, due in definitions -%}
            sum({{ due }}) as {{ due }},
            sum(case when is_answered then {{ due }} else 0 end) as answered_{{ due }},
        {% endfor %}
        month_start_date

    from collected_claims
    group by payer_key, facility_key, month_start_date

),

defined as (

    {% for kpi_id, definition_id, collected, due in definitions -%}
        select
            payer_key,
            facility_key,

            '{{ kpi_id }}' as kpi_id,
            '{{ definition_id }}' as definition_id,

            cast({{ collected }} as {{ type_money() }}) as numerator,
            cast({{ due }} as {{ type_money() }}) as denominator,
            cast(answered_{{ due }} as {{ type_money() }}) as adjudicated,

            month_start_date
        from cohorts
        where {{ due }} is not null
        {{ 'union all' if not loop.last }}
    {% endfor %}
),

dated as (

    select
        defined.payer_key,
        defined.facility_key,

        defined.kpi_id,
        defined.definition_id,

        defined.numerator,
        defined.denominator,
        defined.adjudicated,

        cast(
            {{ dbt.dateadd(
                'day',
                var('collection_maturity_days'),
                dbt.last_day('defined.month_start_date', 'month')
            ) }} as date
        ) <= as_of.as_of_date as is_mature,

        defined.month_start_date

    from defined
    cross join as_of

),

trended as (

    select
        {{ surrogate_key(['definition_id', 'payer_key', 'facility_key', 'month_start_date']) }}
            as kpi_net_collection_key,
        payer_key,
        facility_key,

        kpi_id,
        definition_id,

        numerator,
        denominator,
        adjudicated,
        {{ kpi_trend_columns(
            ['definition_id', 'payer_key', 'facility_key'],
            rate_when='is_mature', with_interval=false
        ) }},
        -- MGMA: a year evens out what is billed and paid unevenly
        case
            when
                is_mature
                and {{ months }} >= 11 + min({{ months }}) over (partition by definition_id)
                then
                    {{ rate(
                        'sum(numerator) ' ~ twelve_months, 'sum(denominator) ' ~ twelve_months
                    ) }}
        end as trailing_twelve_month_rate,

        is_mature,

        month_start_date

    from dated

),

targeted as (

    select
        trended.kpi_net_collection_key,
        trended.payer_key,
        trended.facility_key,

        trended.kpi_id,
        trended.definition_id,

        trended.numerator,
        trended.denominator,
        trended.adjudicated,
        trended.rate,
        trended.previous_month_rate,
        trended.rate - trended.previous_month_rate as rate_change,
        trended.trailing_three_month_rate,
        trended.trailing_twelve_month_rate,
        cast(targets.target_value as {{ type_rate() }}) as target_rate,

        trended.is_mature,

        trended.month_start_date

    from trended
    left join targets
        on trended.kpi_id = targets.kpi_id

)

select * from targeted
