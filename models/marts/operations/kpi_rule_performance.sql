{% set last_day_of_month = dbt.last_day('summed.month_start_date', 'month') %}

with

violations as (

    select * from {{ ref('fct_rule_violations') }}

),

rules as (

    select * from {{ ref('payer_rules') }}

),

claims as (

    select * from {{ ref('fct_claims') }}
    where first_submitted_date is not null

),

denials as (

    select * from {{ ref('fct_denials') }}
    where is_initial

),

denial_reasons as (

    select * from {{ ref('dim_denial_reason') }}

),

payers as (

    select * from {{ ref('dim_payer') }}

),

procedures as (

    select * from {{ ref('dim_procedure') }}

),

targets as (

    select * from {{ ref('kpi_targets') }}

),

as_of as (

    select * from {{ ref('int_calendar__as_of') }}

),

denied_lines as (

    select
        denials.denial_key,
        denials.claim_key,
        denials.claim_line_key,
        denials.procedure_key,
        claims.payer_key,
        payers.current_payer_key,

        denial_reasons.denial_category,

        denials.billed_amount,

        claims.service_date,
        cast({{ dbt.date_trunc('month', 'claims.first_submitted_date') }} as date)
            as month_start_date

    from denials
    inner join claims
        on denials.claim_key = claims.claim_key
    inner join denial_reasons
        on denials.denial_reason_key = denial_reasons.denial_reason_key
    inner join payers
        on claims.payer_key = payers.payer_key

),

caught_lines as (

    select distinct
        denied_lines.denial_key,
        violations.rule_id

    from denied_lines
    inner join violations
        on
            denied_lines.claim_key = violations.claim_key
            and denied_lines.denial_category = violations.denial_category
    where
        denied_lines.claim_line_key = violations.claim_line_key
        or denied_lines.claim_line_key is null
        or violations.claim_line_key is null

),

caught_by_any as (

    select distinct denial_key
    from caught_lines

),

rules_by_procedure as (

    select
        rules.rule_id,
        payers.payer_key,
        procedures.procedure_key,
        rules.denial_category,

        rules.effective_from_date,
        coalesce(rules.effective_to_date, cast('9999-12-31' as date)) as effective_to_date

    from rules
    inner join payers
        on payers.is_adjudicated
    inner join procedures
        on {{ rule_covers() }}
    where rules.rule_type <> 'appeal_limit'

),

denials_by_rule as (

    -- what a rule should have found: the denials of its category within its payers and procedures
    select
        denied_lines.denial_key,
        rules_by_procedure.rule_id,
        denied_lines.current_payer_key,
        denied_lines.denial_category,
        denied_lines.billed_amount,
        caught_lines.denial_key is not null as is_caught,
        denied_lines.month_start_date
    from denied_lines
    inner join rules_by_procedure
        on
            denied_lines.payer_key = rules_by_procedure.payer_key
            and denied_lines.procedure_key = rules_by_procedure.procedure_key
            and denied_lines.denial_category = rules_by_procedure.denial_category
            and denied_lines.service_date >= rules_by_procedure.effective_from_date
            and denied_lines.service_date <= rules_by_procedure.effective_to_date
    left join caught_lines
        on
            denied_lines.denial_key = caught_lines.denial_key
            and rules_by_procedure.rule_id = caught_lines.rule_id

    union all

    -- of all rules together, each denial once, also where no rule looks
    select
        denied_lines.denial_key,
        'any' as rule_id,
        denied_lines.current_payer_key,
        denied_lines.denial_category,
        denied_lines.billed_amount,
        caught_by_any.denial_key is not null as is_caught,
        denied_lines.month_start_date
    from denied_lines
    left join caught_by_any
        on denied_lines.denial_key = caught_by_any.denial_key

),

measured as (

    select
        'RCM-RULE-PRECISION' as definition_id,
        'rule_precision' as kpi_id,
        'lines' as measure,
        payers.current_payer_key as payer_key,
        violations.rule_id,
        violations.denial_category,

        cast(
            sum(case when violations.is_denied then 1 else 0 end) as {{ type_money() }}
        ) as numerator,
        cast(count(*) as {{ type_money() }}) as denominator,
        cast(
            sum(case when violations.is_adjudicated then 1 else 0 end) as {{ type_money() }}
        ) as adjudicated,

        cast({{ dbt.date_trunc('month', 'violations.first_submitted_date') }} as date)
            as month_start_date
    from violations
    inner join payers
        on violations.payer_key = payers.payer_key
    group by 4, 5, 6, 10

    {% for measure, kpi_id, amount in [
        ('lines', 'rule_recall_lines', '1'), ('dollars', 'rule_recall_dollars', 'billed_amount')
    ] -%}
        union all

        select
            'RCM-RULE-RECALL' as definition_id,
            '{{ kpi_id }}' as kpi_id,
            '{{ measure }}' as measure,
            current_payer_key as payer_key,
            rule_id,
            denial_category,

            cast(sum(case when is_caught then {{ amount }} else 0 end) as {{ type_money() }})
                as numerator,
            cast(sum({{ amount }}) as {{ type_money() }}) as denominator,
            cast(sum({{ amount }}) as {{ type_money() }}) as adjudicated,

            month_start_date
        from denials_by_rule
        group by 4, 5, 6, 10

    {% endfor -%}
),

summed as (

    select
        measured.definition_id,
        measured.kpi_id,
        measured.measure,
        measured.payer_key,
        measured.rule_id,
        rules.rule_type,
        measured.denial_category,

        measured.numerator,
        measured.denominator,
        measured.adjudicated,

        measured.month_start_date

    from measured
    left join rules
        on measured.rule_id = rules.rule_id

),

dated as (

    -- the claims of the month must have had time to be answered
    select
        summed.definition_id,
        summed.kpi_id,
        summed.measure,
        summed.payer_key,
        summed.rule_id,
        summed.rule_type,
        summed.denial_category,

        summed.numerator,
        summed.denominator,
        summed.adjudicated,

        {{ dbt.dateadd('day', var('denial_cohort_maturity_days'), last_day_of_month) }}
        <= as_of.as_of_date as is_mature,

        summed.month_start_date

    from summed
    cross join as_of
    where summed.month_start_date <= as_of.as_of_date

),

rated as (

    select
        {{ surrogate_key([
            'definition_id', 'measure', 'payer_key', 'rule_id', 'denial_category',
            'month_start_date'
        ]) }} as kpi_rule_performance_key,
        payer_key,
        rule_id,

        kpi_id,
        definition_id,
        measure,
        rule_type,
        denial_category,

        numerator,
        denominator,
        adjudicated,
        {{ kpi_trend_columns(
            ['definition_id', 'measure', 'payer_key', 'rule_id', 'denial_category'],
            counts_when="measure <> 'dollars' and is_mature",
            rate_when='is_mature'
        ) }},

        case when measure <> 'dollars' then denominator < {{ var('small_sample_size') }} end
            as is_small_sample,
        is_mature,

        month_start_date

    from dated

),

targeted as (

    select
        rated.kpi_rule_performance_key,
        rated.payer_key,
        rated.rule_id,

        rated.kpi_id,
        rated.definition_id,
        rated.measure,
        rated.rule_type,
        rated.denial_category,

        rated.numerator,
        rated.denominator,
        rated.adjudicated,
        rated.rate,
        rated.previous_month_rate,
        rated.rate - rated.previous_month_rate as rate_change,
        rated.trailing_three_month_rate,
        rated.rate_lower,
        rated.rate_upper,
        cast(targets.target_value as {{ type_rate() }}) as target_rate,

        rated.is_small_sample,
        rated.is_mature,

        rated.month_start_date

    from rated
    left join targets
        on rated.kpi_id = targets.kpi_id

)

select * from targeted
