{#- What a denial is expected to bring, and the rate that says so. -#}
{% set expectations = [
    ('expected_amount', 'habitual_rates.recovery_rate'),
    ('expected_amount_lower', 'habitual_rates.recovery_rate_lower'),
    ('expected_amount_upper', 'habitual_rates.recovery_rate_upper'),
    ('expected_amount_if_worked', 'worked_rates.recovery_rate'),
] %}

with

denials as (

    select * from {{ ref('fct_denials') }}
    where
        not is_repeat
        and open_amount > 0
        and is_matched

),

claims as (

    select * from {{ ref('fct_claims') }}

),

payers as (

    select * from {{ ref('dim_payer') }}

),

denial_reasons as (

    select * from {{ ref('dim_denial_reason') }}

),

recovery_rates as (

    select * from {{ ref('int_denials__recovery_rates') }}

),

targets as (

    select * from {{ ref('kpi_targets') }}
    where kpi_id = 'expected_recovery_rate'

),

as_of as (

    select * from {{ ref('int_calendar__as_of') }}

),

open_denials as (

    select
        payers.current_payer_key as payer_key,
        claims.facility_key,

        denial_reasons.denial_category,

        denials.open_amount,
        {{ days_between('denials.denied_date', 'as_of.as_of_date') }} as days_since_denial,

        as_of.as_of_date

    from denials
    inner join claims
        on denials.claim_key = claims.claim_key
    inner join payers
        on denials.payer_key = payers.payer_key
    inner join denial_reasons
        on denials.denial_reason_key = denial_reasons.denial_reason_key
    cross join as_of

),

valued as (

    -- what those recovered that got as old; in cents per denial, so that denials add up to their
    -- cell
    select
        open_denials.payer_key,
        open_denials.facility_key,

        open_denials.denial_category,

        open_denials.open_amount,
        case
            when habitual_rates.basis = 'payer and category' then open_denials.open_amount else 0
        end as open_amount_by_own_record,
        {% for amount, recovery_rate in expectations -%}
            round(open_denials.open_amount * {{ recovery_rate }}, 2) as {{ amount }},
        {% endfor %}
        open_denials.as_of_date

    from open_denials
    inner join recovery_rates as habitual_rates
        on
            open_denials.payer_key = habitual_rates.payer_key
            and open_denials.denial_category = habitual_rates.denial_category
            and open_denials.days_since_denial
            between habitual_rates.first_day and habitual_rates.last_day
            and habitual_rates.population = 'all'
    inner join recovery_rates as worked_rates
        on
            habitual_rates.payer_key = worked_rates.payer_key
            and habitual_rates.denial_category = worked_rates.denial_category
            and habitual_rates.age_bucket_sort = worked_rates.age_bucket_sort
            and worked_rates.population = 'worked'

),

summed as (

    -- a row's denials share their rates, so their bounds hold or fail together
    select
        payer_key,
        facility_key,

        denial_category,

        cast(count(*) as integer) as denial_count,
        cast(sum(open_amount) as {{ type_money() }}) as denominator,
        cast(sum(open_amount_by_own_record) as {{ type_money() }}) as open_amount_by_own_record,
        cast(coalesce(sum(expected_amount), 0) as {{ type_money() }}) as numerator,
        {% for amount, _ in expectations[1:] -%}
            cast(sum({{ amount }}) as {{ type_money() }}) as {{ amount }},
        {% endfor %}
        as_of_date

    from valued
    group by payer_key, facility_key, denial_category, as_of_date

),

rated as (

    select
        {{ surrogate_key([
            'summed.payer_key', 'summed.facility_key', 'summed.denial_category',
            'summed.as_of_date'
        ]) }} as kpi_revenue_at_risk_key,
        summed.payer_key,
        summed.facility_key,

        'expected_recovery_rate' as kpi_id,
        'RCM-REVENUE-AT-RISK' as definition_id,
        summed.denial_category,

        summed.numerator,
        summed.denominator,
        {{ rate('summed.numerator', 'summed.denominator') }} as rate,
        {{ rate('summed.expected_amount_lower', 'summed.denominator') }} as rate_lower,
        {{ rate('summed.expected_amount_upper', 'summed.denominator') }} as rate_upper,
        cast(targets.target_value as {{ type_rate() }}) as target_rate,
        summed.expected_amount_lower,
        summed.expected_amount_upper,
        summed.expected_amount_if_worked,
        cast(summed.denominator - summed.numerator as {{ type_money() }}) as at_risk_amount,
        summed.open_amount_by_own_record,
        summed.denial_count,

        summed.denial_count < {{ var('small_sample_size') }} as is_small_sample,

        summed.as_of_date

    from summed
    left join targets
        on targets.kpi_id = 'expected_recovery_rate'

)

select * from rated
