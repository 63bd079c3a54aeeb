{% set amounts = ['collected_amount', 'clawed_back_amount', 'refund_amount'] %}

with

transactions as (

    select * from {{ ref('fct_ar_transactions') }}
    where transaction_type in ('payer_payment', 'patient_payment', 'refund')

),

charges as (

    select * from {{ ref('fct_charges') }}

),

claims as (

    select * from {{ ref('fct_claims') }}

),

providers as (

    select * from {{ ref('dim_provider') }}

),

targets as (

    select * from {{ ref('kpi_targets') }}

),

as_of as (

    select * from {{ ref('int_calendar__as_of') }}

),

cash_by_claim as (

    -- a payment that raises the balance takes an earlier one back
    select
        claim_key,

        sum(
            case when transaction_type <> 'refund' and amount < 0 then -amount else 0 end
        ) as collected_amount,
        sum(
            case when transaction_type <> 'refund' and amount > 0 then amount else 0 end
        ) as clawed_back_amount,
        sum(case when transaction_type = 'refund' then amount else 0 end) as refund_amount,

        cast({{ dbt.date_trunc('month', 'post_date') }} as date) as month_start_date

    from transactions
    group by 1, 5

),

measures as (

    select
        claims.provider_key,
        claims.facility_key,

        cash_by_claim.collected_amount,
        cash_by_claim.clawed_back_amount,
        cash_by_claim.refund_amount,
        0 as charge_amount,

        cash_by_claim.month_start_date

    from cash_by_claim
    inner join claims
        on cash_by_claim.claim_key = claims.claim_key

    union all

    select
        provider_key,
        facility_key,

        {% for amount in amounts -%}
            0 as {{ amount }},
        {% endfor -%}
        charge_amount,

        cast({{ dbt.date_trunc('month', 'post_date') }} as date) as month_start_date

    from charges

),

summed as (

    select
        providers.current_provider_key as provider_key,
        measures.facility_key,

        'provider_collection_rate' as kpi_id,
        'RCM-PROVIDER-COLLECTION' as definition_id,

        {% for amount in amounts -%}
            cast(sum(measures.{{ amount }}) as {{ type_money() }}) as {{ amount }},
        {% endfor -%}
        cast(
            sum(
                measures.collected_amount - measures.clawed_back_amount - measures.refund_amount
            ) as {{ type_money() }}
        ) as numerator,
        cast(sum(measures.charge_amount) as {{ type_money() }}) as denominator,

        measures.month_start_date

    from measures
    inner join providers
        on measures.provider_key = providers.provider_key
    group by 1, 2, 10

),

dated as (

    select
        summed.provider_key,
        summed.facility_key,

        summed.kpi_id,
        summed.definition_id,

        {% for amount in amounts -%}
            summed.{{ amount }},
        {% endfor -%}
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
        {{ surrogate_key(['provider_key', 'facility_key', 'month_start_date']) }}
            as kpi_provider_collections_key,
        provider_key,
        facility_key,

        kpi_id,
        definition_id,

        {% for amount in amounts -%}
            {{ amount }},
        {% endfor -%}
        numerator,
        denominator,
        {{ kpi_trend_columns(
            ['provider_key', 'facility_key'], rate_when='is_mature', with_interval=false
        ) }},

        is_mature,

        month_start_date

    from dated

),

targeted as (

    select
        trended.kpi_provider_collections_key,
        trended.provider_key,
        trended.facility_key,

        trended.kpi_id,
        trended.definition_id,

        {% for amount in amounts -%}
            trended.{{ amount }},
        {% endfor -%}
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
