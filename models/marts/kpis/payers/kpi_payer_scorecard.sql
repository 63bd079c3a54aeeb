{# Days after a month of service on which its claims have had time to be paid. #}
{% set collection_maturity_days = 120 %}
{#- Each measure of the card: its name, whether it is days, and when its month counts. -#}
{% set measures = [
    ('remittance_denial', 'rate', 'is_month_over'),
    ('initial_denial', 'rate', 'is_answered'),
    ('overturn', 'rate', 'is_month_over'),
    ('first_remittance', 'days', 'is_month_over'),
    ('payment', 'days', 'is_month_over'),
    ('underpaid', 'rate', 'is_month_over'),
    ('net_collection', 'rate', 'is_collected'),
    ('ar_over_90', 'rate', 'is_month_over'),
] %}

with

denial_rates as (

    select * from {{ ref('kpi_denial_rate') }}
    where measure = 'claims' and definition_id in ('AR-5', 'RCM-IDR')

),

appeals as (

    select * from {{ ref('kpi_appeals') }}

),

days_to_pay as (

    select * from {{ ref('kpi_days_to_pay') }}

),

aging as (

    select * from {{ ref('kpi_ar_aging') }}
    where is_month_end

),

claims as (

    select * from {{ ref('fct_claims') }}

),

payers as (

    select * from {{ ref('dim_payer') }}

),

as_of as (

    select * from {{ ref('int_calendar__as_of') }}

),

insured_claims as (

    select
        payers.current_payer_key as payer_key,

        claims.billed_amount,
        claims.allowed_amount,
        claims.expected_allowed_amount,
        claims.payer_paid_amount + claims.patient_paid_amount - claims.refund_amount
            as collected_amount,
        claims.days_to_first_remittance,

        -- what a denial left unpaid is no underpayment, nor is what the payer took back whole
        claims.is_adjudicated
        and not claims.is_initially_denied
        and claims.denied_amount = 0
        and claims.allowed_amount > 0 as is_priced,

        cast({{ dbt.date_trunc('month', 'claims.service_date') }} as date) as service_month,
        cast({{ dbt.date_trunc('month', 'claims.first_submitted_date') }} as date)
            as submission_month,
        cast({{ dbt.date_trunc('month', 'claims.first_remittance_date') }} as date)
            as remittance_month

    from claims
    inner join payers
        on claims.payer_key = payers.payer_key
    where payers.is_adjudicated

),

entries as (

    select
        payer_key,
        case definition_id
            when 'AR-5' then 'remittance_denial' else 'initial_denial'
        end as measure,
        sum(numerator) as numerator,
        sum(denominator) as denominator,
        month_start_date
    from denial_rates
    group by payer_key, definition_id, month_start_date

    union all

    select
        payer_key,
        'overturn' as measure,
        sum(numerator) as numerator,
        sum(denominator) as denominator,
        month_start_date
    from appeals
    group by payer_key, month_start_date

    union all

    select
        payer_key,
        'first_remittance' as measure,
        sum(days_to_first_remittance) as numerator,
        count(*) as denominator,
        remittance_month as month_start_date
    from insured_claims
    where days_to_first_remittance is not null
    group by payer_key, remittance_month

    union all

    select
        payers.current_payer_key as payer_key,
        'payment' as measure,
        sum(days_to_pay.numerator) as numerator,
        sum(days_to_pay.denominator) as denominator,
        days_to_pay.month_start_date
    from days_to_pay
    inner join payers
        on days_to_pay.payer_key = payers.payer_key
    where days_to_pay.denominator > 0
    group by payers.current_payer_key, days_to_pay.month_start_date

    union all

    select
        payer_key,
        'underpaid' as measure,
        sum(greatest(expected_allowed_amount - allowed_amount, 0)) as numerator,
        sum(expected_allowed_amount) as denominator,
        remittance_month as month_start_date
    from insured_claims
    where is_priced
    group by payer_key, remittance_month

    union all

    select
        payer_key,
        'net_collection' as measure,
        sum(collected_amount) as numerator,
        sum(expected_allowed_amount) as denominator,
        service_month as month_start_date
    from insured_claims
    group by payer_key, service_month

    union all

    select
        payers.current_payer_key as payer_key,
        'ar_over_90' as measure,
        sum(case when aging.is_over_90 then aging.numerator else 0 end) as numerator,
        sum(aging.numerator) as denominator,
        aging.month_start_date
    from aging
    inner join payers
        on aging.payer_key = payers.payer_key
    where payers.is_adjudicated
    group by payers.current_payer_key, aging.month_start_date

    union all

    select
        payer_key,
        'submitted' as measure,
        count(*) as numerator,
        sum(billed_amount) as denominator,
        submission_month as month_start_date
    from insured_claims
    where submission_month is not null
    group by payer_key, submission_month

),

summed as (

    -- each measure in its own month: denials of the remittance or the submission, decisions,
    -- payments of the submission, collections of the service, A/R of the month's last day
    select
        payer_key,

        {% for measure, _, _ in measures -%}
            sum(case when measure = '{{ measure }}' then numerator end)
                as {{ measure }}_numerator,
            sum(case when measure = '{{ measure }}' then denominator end)
                as {{ measure }}_denominator,
        {% endfor %}
        sum(case when measure = 'submitted' then numerator else 0 end) as submitted_claim_count,
        sum(case when measure = 'submitted' then denominator else 0 end) as submitted_amount,

        month_start_date

    from entries
    group by payer_key, month_start_date

),

dated as (

    select
        summed.payer_key,

        {% for measure, _, _ in measures -%}
            cast(coalesce(summed.{{ measure }}_numerator, 0) as {{ type_money() }})
                as {{ measure }}_numerator,
            cast(coalesce(summed.{{ measure }}_denominator, 0) as {{ type_money() }})
                as {{ measure }}_denominator,
        {% endfor %}
        cast(summed.submitted_claim_count as integer) as submitted_claim_count,
        cast(summed.submitted_amount as {{ type_money() }}) as submitted_amount,

        {{ dbt.last_day('summed.month_start_date', 'month') }} <= as_of.as_of_date
            as is_month_over,
        {{ dbt.dateadd(
            'day',
            var('denial_cohort_maturity_days'),
            dbt.last_day('summed.month_start_date', 'month')
        ) }} <= as_of.as_of_date as is_answered,
        {{ dbt.dateadd(
            'day', collection_maturity_days, dbt.last_day('summed.month_start_date', 'month')
        ) }} <= as_of.as_of_date as is_collected,

        summed.month_start_date

    from summed
    cross join as_of
    where summed.month_start_date <= as_of.as_of_date

),

rated as (

    select
        {{ surrogate_key(['payer_key', 'month_start_date']) }} as kpi_payer_scorecard_key,
        payer_key,

        {% for measure, unit, counts_when in measures -%}
            {% set figure = measure ~ '_rate' if unit == 'rate' else 'days_to_' ~ measure -%}
            {{ measure }}_numerator,
            {{ measure }}_denominator,
            case
                when {{ counts_when }}
                    then {{ rate(measure ~ '_numerator', measure ~ '_denominator') }}
            end as {{ figure }},
        {% endfor %}
        submitted_claim_count,
        submitted_amount,

        initial_denial_denominator < {{ var('small_sample_size') }} as is_small_sample,
        is_month_over as is_mature,

        month_start_date

    from dated

)

select * from rated
