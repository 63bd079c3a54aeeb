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

open_by_age as (

    -- all denials of one age bucket share a rate: what those recovered that got as old
    select
        open_denials.payer_key,
        open_denials.facility_key,

        open_denials.denial_category,
        habitual_rates.basis,

        count(*) as denial_count,
        sum(open_denials.open_amount) as open_amount,
        habitual_rates.recovery_rate,
        habitual_rates.recovery_rate_lower,
        habitual_rates.recovery_rate_upper,
        worked_rates.recovery_rate as worked_recovery_rate,

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
    group by
        open_denials.payer_key,
        open_denials.facility_key,
        open_denials.denial_category,
        habitual_rates.basis,
        habitual_rates.recovery_rate,
        habitual_rates.recovery_rate_lower,
        habitual_rates.recovery_rate_upper,
        worked_rates.recovery_rate,
        open_denials.as_of_date

),

summed as (

    -- the bounds of several rates are added up as if all erred to the same side: wide on purpose
    select
        payer_key,
        facility_key,

        denial_category,

        sum(denial_count) as denial_count,
        sum(open_amount) as open_amount,
        sum(case when basis = 'payer and category' then open_amount else 0 end)
            as open_amount_by_own_record,
        sum(open_amount * recovery_rate) as expected_amount,
        sum(open_amount * recovery_rate_lower) as expected_amount_lower,
        sum(open_amount * recovery_rate_upper) as expected_amount_upper,
        sum(open_amount * worked_recovery_rate) as expected_amount_if_worked,

        as_of_date

    from open_by_age
    group by payer_key, facility_key, denial_category, as_of_date

),

rounded as (

    select
        payer_key,
        facility_key,

        denial_category,

        cast(denial_count as integer) as denial_count,
        cast(open_amount as {{ type_money() }}) as denominator,
        cast(open_amount_by_own_record as {{ type_money() }}) as open_amount_by_own_record,
        cast(round(expected_amount, 2) as {{ type_money() }}) as numerator,
        cast(round(expected_amount_lower, 2) as {{ type_money() }}) as numerator_lower,
        cast(round(expected_amount_upper, 2) as {{ type_money() }}) as numerator_upper,
        cast(round(expected_amount_if_worked, 2) as {{ type_money() }}) as numerator_if_worked,

        as_of_date

    from summed

),

rated as (

    select
        {{ surrogate_key([
            'rounded.payer_key', 'rounded.facility_key', 'rounded.denial_category',
            'rounded.as_of_date'
        ]) }} as kpi_revenue_at_risk_key,
        rounded.payer_key,
        rounded.facility_key,

        'expected_recovery_rate' as kpi_id,
        'RCM-REVENUE-AT-RISK' as definition_id,
        rounded.denial_category,

        coalesce(rounded.numerator, 0) as numerator,
        rounded.denominator,
        {{ rate('rounded.numerator', 'rounded.denominator') }} as rate,
        {{ rate('rounded.numerator_lower', 'rounded.denominator') }} as rate_lower,
        {{ rate('rounded.numerator_upper', 'rounded.denominator') }} as rate_upper,
        cast(targets.target_value as {{ type_rate() }}) as target_rate,
        rounded.numerator_lower as expected_amount_lower,
        rounded.numerator_upper as expected_amount_upper,
        rounded.numerator_if_worked as expected_amount_if_worked,
        cast(rounded.denominator - rounded.numerator as {{ type_money() }}) as at_risk_amount,
        rounded.open_amount_by_own_record,
        rounded.denial_count,

        rounded.denial_count < {{ var('small_sample_size') }} as is_small_sample,

        rounded.as_of_date

    from rounded
    left join targets
        on targets.kpi_id = 'expected_recovery_rate'

)

select * from rated
