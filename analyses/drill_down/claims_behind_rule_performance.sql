-- Which lines are behind the precision or the recall of a rule? Of precision, each violation and
-- whether it was denied; of recall, each initial denial of the rule's category and whether the rule
-- foresaw it.
with

cells as (

    select * from {{ ref('kpi_rule_performance') }}

),

violations as (

    select * from {{ ref('fct_rule_violations') }}

),

rules as (

    select * from {{ ref('payer_rules') }}
    where rule_type <> 'appeal_limit'

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

denied_lines as (

    select
        denials.denial_key,
        denials.claim_key,
        denials.claim_line_key,
        denials.procedure_key,
        payers.current_payer_key as payer_key,
        payers.payer_id,
        payers.payer_class,

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

foreseen as (

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

denials_by_rule as (

    select
        denied_lines.denial_key,
        rules.rule_id
    from denied_lines
    inner join procedures
        on denied_lines.procedure_key = procedures.procedure_key
    inner join rules
        on
            denied_lines.denial_category = rules.denial_category
            and denied_lines.service_date >= rules.effective_from_date
            and denied_lines.service_date
            <= coalesce(rules.effective_to_date, cast('9999-12-31' as date))
            and {{ rule_covers(payers='denied_lines') }}

    union all

    select
        denial_key,
        'any' as rule_id
    from denied_lines

),

foreseen_or_not as (

    select
        denials_by_rule.denial_key,
        denials_by_rule.rule_id,

        count(foreseen.denial_key) > 0 as is_foreseen

    from denials_by_rule
    left join foreseen
        on
            denials_by_rule.denial_key = foreseen.denial_key
            and denials_by_rule.rule_id in ('any', foreseen.rule_id)
    group by denials_by_rule.denial_key, denials_by_rule.rule_id

),

contributions as (

    select
        'RCM-RULE-PRECISION' as definition,
        'lines' as measure,
        payers.current_payer_key as payer_key,
        violations.rule_id,
        violations.denial_category,
        violations.claim_key,
        violations.claim_line_key,
        case when violations.is_denied then 1 else 0 end as numerator,
        1 as denominator,
        cast({{ dbt.date_trunc('month', 'violations.first_submitted_date') }} as date)
            as month_start_date
    from violations
    inner join payers
        on violations.payer_key = payers.payer_key

    {% for measure, amount in [('lines', '1'), ('dollars', 'denied_lines.billed_amount')] -%}
        union all

        select
            'RCM-RULE-RECALL' as definition,
            '{{ measure }}' as measure,
            denied_lines.payer_key,
            foreseen_or_not.rule_id,
            denied_lines.denial_category,
            denied_lines.claim_key,
            denied_lines.claim_line_key,
            case when foreseen_or_not.is_foreseen then {{ amount }} else 0 end as numerator,
            {{ amount }} as denominator,
            denied_lines.month_start_date
        from foreseen_or_not
        inner join denied_lines
            on foreseen_or_not.denial_key = denied_lines.denial_key

    {% endfor -%}
),

drilled as (

    select
        cells.kpi_rule_performance_key,
        contributions.claim_key,
        contributions.claim_line_key,

        contributions.numerator,
        contributions.denominator

    from cells
    inner join contributions
        on
            cells.definition_id = contributions.definition
            and cells.measure = contributions.measure
            and cells.payer_key = contributions.payer_key
            and cells.rule_id = contributions.rule_id
            and cells.denial_category = contributions.denial_category
            and cells.month_start_date = contributions.month_start_date
    where {{ is_of_cell('cells.kpi_rule_performance_key') }}

)

select * from drilled
