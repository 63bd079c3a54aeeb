with

violations as (

    select * from {{ ref('int_claims__rule_violations') }}

),

rules as (

    select * from {{ ref('payer_rules') }}

),

claims as (

    select * from {{ ref('fct_claims') }}

),

charges as (

    select * from {{ ref('fct_charges') }}

),

denials as (

    select * from {{ ref('fct_denials') }}
    where is_initial

),

denial_reasons as (

    select * from {{ ref('dim_denial_reason') }}

),

denied_lines as (

    select
        denials.claim_key,
        denials.claim_line_key,
        denial_reasons.denial_category,
        denials.billed_amount

    from denials
    inner join denial_reasons
        on denials.denial_reason_key = denial_reasons.denial_reason_key

),

categorised as (

    select
        violations.rule_violation_key,
        violations.claim_key,
        violations.claim_line_key,
        rules.denial_category

    from violations
    inner join rules
        on violations.rule_id = rules.rule_id

),

matches as (

    -- a rule of the claim is right about any of its lines, and a payer that refused the claim as a
    -- whole named no line
    select
        categorised.rule_violation_key,

        sum(denied_lines.billed_amount) as denied_amount

    from categorised
    inner join denied_lines
        on
            categorised.claim_key = denied_lines.claim_key
            and categorised.denial_category = denied_lines.denial_category
    where
        categorised.claim_line_key = denied_lines.claim_line_key
        or categorised.claim_line_key is null
        or denied_lines.claim_line_key is null
    group by categorised.rule_violation_key

),

joined as (

    select
        violations.rule_violation_key,
        violations.claim_key,
        charges.charge_key as claim_line_key,
        violations.claim_submission_key,
        claims.payer_key,
        claims.facility_key,
        violations.procedure_key,
        violations.rule_id,

        rules.rule_type,
        rules.denial_category,

        violations.billed_amount,
        cast(coalesce(matches.denied_amount, 0) as {{ type_money() }}) as denied_amount,

        claims.is_adjudicated,
        matches.rule_violation_key is not null as is_denied,

        violations.service_date,
        violations.submitted_date,
        claims.first_submitted_date

    from violations
    inner join rules
        on violations.rule_id = rules.rule_id
    inner join claims
        on violations.claim_key = claims.claim_key
    left join charges
        on violations.claim_line_key = charges.charge_key
    left join matches
        on violations.rule_violation_key = matches.rule_violation_key

)

select * from joined
