{% set age_years %}
    cast(extract(year from lines.service_date) - extract(year from lines.birth_date) as integer)
    - case
        when
            extract(month from lines.service_date) * 100 + extract(day from lines.service_date)
            < extract(month from lines.birth_date) * 100 + extract(day from lines.birth_date)
            then 1
        else 0
    end
{% endset %}

with

lines as {{ inlined() }} (

    select * from {{ ref('int_claims__lines_submitted') }}

),

coverages as (

    select * from {{ ref('stg_billing__coverages') }}

),

payers as (

    select * from {{ ref('int_payers__versions') }}

),

procedures as (

    select * from {{ ref('dim_procedure') }}

),

rules as (

    select * from {{ ref('payer_rules') }}

),

rules_by_procedure as (

    -- spelled out by payer version and procedure, so that lines find their rules by key
    select
        rules.rule_id,
        payers.payer_key,
        procedures.procedure_key,

        rules.rule_type,
        rules.claim_type,
        rules.modifier,
        replace(rules.diagnosis, '*', '%') as diagnosis_pattern,
        rules.sex,

        rules.min_age,
        rules.max_age,
        coalesce(rules.limit_days, payers.timely_filing_limit_days) as filing_limit_days,
        rules.max_units,
        rules.period_days,

        rules.effective_from_date,
        coalesce(rules.effective_to_date, cast('9999-12-31' as date)) as effective_to_date

    from rules
    inner join payers
        on payers.is_adjudicated
    inner join procedures
        on {{ rule_covers() }}

),

ruled_lines as (

    select
        rules_by_procedure.rule_id,
        lines.claim_key,
        lines.claim_line_key,
        lines.claim_submission_key,
        lines.payer_key,
        lines.procedure_key,
        lines.hospital_id,
        lines.patient_id,
        lines.payer_id,

        rules_by_procedure.rule_type,
        rules_by_procedure.modifier,
        lines.modifier_1,
        lines.modifier_2,
        rules_by_procedure.sex as rule_sex,
        lines.sex,

        rules_by_procedure.min_age,
        rules_by_procedure.max_age,
        {{ age_years }} as age_years,
        rules_by_procedure.filing_limit_days,
        rules_by_procedure.max_units,
        rules_by_procedure.period_days,
        lines.units,
        lines.billed_amount,
        lines.claim_billed_amount,
        {{ days_between('lines.filing_start_date', 'lines.submitted_date') }} as days_to_filing,

        lines.has_authorization,
        lines.is_first_line,
        lines.is_copy,

        lines.service_date,
        lines.submitted_date

    from lines
    inner join rules_by_procedure
        on
            lines.payer_key = rules_by_procedure.payer_key
            and lines.procedure_key = rules_by_procedure.procedure_key
            and lines.service_date >= rules_by_procedure.effective_from_date
            and lines.service_date <= rules_by_procedure.effective_to_date
            and rules_by_procedure.claim_type in ('*', lines.claim_type)
            and coalesce(lines.principal_diagnosis_code, '')
            like rules_by_procedure.diagnosis_pattern
    -- most lines meet no rule but those of all claims
    where
        rules_by_procedure.rule_type not in (
            'timely_filing', 'eligibility_gap', 'prior_authorization', 'appeal_limit'
        )
        or (lines.is_first_line and rules_by_procedure.rule_type <> 'appeal_limit')

),

line_violations as (

    select
        rule_id,
        claim_key,
        -- what is wrong with the claim as a whole is no line's
        case
            when rule_type <> 'timely_filing' then claim_line_key
        end as claim_line_key,
        claim_submission_key,
        payer_key,
        procedure_key,

        case when rule_type = 'timely_filing' then claim_billed_amount else billed_amount end
            as billed_amount,

        service_date,
        submitted_date

    from ruled_lines
    where
        case rule_type
            when 'prior_authorization' then not has_authorization
            when 'timely_filing' then days_to_filing > filing_limit_days
            when 'duplicate' then is_copy
            when 'modifier_missing'
                then modifier not in (coalesce(modifier_1, ''), coalesce(modifier_2, ''))
            when 'modifier_conflict'
                then modifier in (coalesce(modifier_1, ''), coalesce(modifier_2, ''))
            when 'diagnosis_conflict' then true
            when 'sex_conflict' then sex in ('male', 'female') and sex <> rule_sex
            when 'age_conflict'
                then
                    age_years < coalesce(min_age, age_years)
                    or age_years > coalesce(max_age, age_years)
            else false
        end

),

insured_claims as (

    select * from ruled_lines
    where rule_type = 'eligibility_gap'

),

eligibility_violations as (

    -- by what the office knew when the claim left: a coverage that was reported ended later was
    -- still believed in, and a patient without any coverage by this payer on file proves nothing
    select
        insured_claims.rule_id,
        insured_claims.claim_key,
        cast(null as uuid) as claim_line_key,
        insured_claims.claim_submission_key,
        insured_claims.payer_key,
        insured_claims.procedure_key,

        insured_claims.claim_billed_amount as billed_amount,

        insured_claims.service_date,
        insured_claims.submitted_date

    from insured_claims
    inner join coverages
        on
            insured_claims.hospital_id = coverages.hospital_id
            and insured_claims.patient_id = coverages.patient_id
            and insured_claims.payer_id = coverages.payer_id
            and insured_claims.submitted_date >= coverages.effective_from_date
    group by 1, 2, 4, 5, 6, 7, 8, 9
    having
        max(
            case
                when
                    coverages.effective_from_date <= insured_claims.service_date
                    and (
                        coverages.effective_to_date is null
                        or coverages.effective_to_date >= insured_claims.service_date
                        or cast(coverages._loaded_at as date) > insured_claims.submitted_date
                    )
                    then 1
                else 0
            end
        ) = 0

),

counted_lines as (

    select * from ruled_lines
    where rule_type = 'frequency' and patient_id is not null

),

frequency_violations as (

    -- units of the period that ends with the service, as far as they had been sent by then
    select
        counted_lines.rule_id,
        counted_lines.claim_key,
        counted_lines.claim_line_key,
        counted_lines.claim_submission_key,
        counted_lines.payer_key,
        counted_lines.procedure_key,

        counted_lines.billed_amount,

        counted_lines.service_date,
        counted_lines.submitted_date

    from counted_lines
    inner join counted_lines as earlier_lines
        on
            counted_lines.rule_id = earlier_lines.rule_id
            and counted_lines.hospital_id = earlier_lines.hospital_id
            and counted_lines.patient_id = earlier_lines.patient_id
    where
        earlier_lines.submitted_date <= counted_lines.submitted_date
        and earlier_lines.service_date <= counted_lines.service_date
        and {{ days_between('earlier_lines.service_date', 'counted_lines.service_date') }}
        < counted_lines.period_days
    group by 1, 2, 3, 4, 5, 6, 7, 8, 9
    having sum(earlier_lines.units) > max(counted_lines.max_units)

),

violations as (

    select * from line_violations
    union all
    select * from eligibility_violations
    union all
    select * from frequency_violations

),

keyed as (

    select
        {{ surrogate_key(['claim_key', 'claim_line_key', 'rule_id']) }} as rule_violation_key,
        rule_id,
        claim_key,
        claim_line_key,
        claim_submission_key,
        payer_key,
        procedure_key,

        cast(billed_amount as {{ type_money() }}) as billed_amount,

        service_date,
        submitted_date

    from violations

)

select * from keyed
