{% set worked_actions = "('correct_claim', 'rebill_other_payer', 'appeal', 'send_documents')" %}

with

denials as {{ inlined() }} (

    select * from {{ ref('fct_denials') }}
    where is_matched

),

appeals as (

    select * from {{ ref('fct_appeals') }}

),

claims as (

    select * from {{ ref('fct_claims') }}

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

staff as (

    select * from {{ ref('dim_staff') }}

),

work_items as {{ inlined() }} (

    select * from {{ ref('fct_work_items') }}

),

recovery_rates as (

    select * from {{ ref('int_denials__recovery_rates') }}
    where population = 'worked'

),

rules as (

    select * from {{ ref('payer_rules') }}
    where rule_type in ('timely_filing', 'appeal_limit')

),

as_of as (

    select * from {{ ref('int_calendar__as_of') }}

),

refusals as (

    -- dollars stand on a line's first refusal; what to do about them is in the last one. A denial
    -- of no line of ours stands for itself
    select
        denial_key,
        last_value(denial_reason_key) over line_refusals as denial_reason_key,
        denied_date as first_denied_date,
        last_value(denied_date) over line_refusals as last_denied_date

    from denials
    window line_refusals as (
        partition by claim_key, coalesce(claim_line_key, denial_key)
        order by denied_date, denial_key
        rows between unbounded preceding and unbounded following
    )

),

open_lines as (

    select
        denials.denial_key,
        denials.claim_key,
        denials.claim_line_key,
        denials.payer_key,
        denials.provider_key,
        claims.facility_key,
        denials.procedure_key,
        refusals.denial_reason_key,
        payers.current_payer_key,

        denial_reasons.denial_category,
        claims.claim_type,
        denials.outcome,
        -- what has been sent waits for the payer: nobody should work it twice
        case
            when denials.outcome = 'appealed' then 'await_decision'
            when denials.corrected_date > refusals.last_denied_date then 'await_answer'
            else denial_reasons.recommended_action
        end as recommended_action,

        denials.denied_amount,
        denials.open_amount,
        denials.touch_count,
        payers.timely_filing_limit_days,
        payers.appeal_limit_days,
        {{ days_between('refusals.first_denied_date', 'as_of.as_of_date') }} as days_since_denial,

        coalesce(claims.discharge_date, claims.service_date) as filing_start_date,
        -- after a lost round the limit of the next one runs from its decision
        case
            when appeals.decided_date > refusals.last_denied_date then appeals.decided_date
            else refusals.last_denied_date
        end as last_refused_date,
        refusals.first_denied_date,
        claims.service_date,
        as_of.as_of_date

    from denials
    inner join refusals
        on denials.denial_key = refusals.denial_key
    inner join claims
        on denials.claim_key = claims.claim_key
    inner join payers
        on denials.payer_key = payers.payer_key
    inner join denial_reasons
        on refusals.denial_reason_key = denial_reasons.denial_reason_key
    left join appeals
        on denials.last_appeal_key = appeals.appeal_key
    cross join as_of
    where not denials.is_repeat and denials.open_amount > 0

),

limits as (

    -- the strictest rule counts; a rule without days of its own means those in the payer's record
    select
        open_lines.denial_key,

        min(
            case
                when rules.rule_type = 'timely_filing'
                    then coalesce(rules.limit_days, open_lines.timely_filing_limit_days)
            end
        ) as filing_limit_days,
        min(
            case
                when rules.rule_type = 'appeal_limit'
                    then coalesce(rules.limit_days, open_lines.appeal_limit_days)
            end
        ) as appeal_limit_days

    from open_lines
    inner join payers
        on open_lines.payer_key = payers.payer_key
    inner join procedures
        on open_lines.procedure_key = procedures.procedure_key
    inner join rules
        on
            rules.claim_type in ('*', open_lines.claim_type)
            and open_lines.service_date >= rules.effective_from_date
            and open_lines.service_date
            <= coalesce(rules.effective_to_date, cast('9999-12-31' as date))
            and {{ rule_covers() }}
    group by open_lines.denial_key

),

minutes_by_work as (

    -- all touches of a claim together: some need a second one
    select
        work_type,

        {{ rate('sum(minutes)', 'count(distinct claim_key)') }} as minutes_per_claim

    from work_items
    where work_type in ('appeal', 'denial_rework') and claim_key is not null
    group by work_type

),

ranked_touches as (

    select
        work_items.claim_key,
        current_staff.staff_key,
        current_staff.role,

        row_number() over (
            partition by work_items.claim_key
            order by work_items.worked_date desc, work_items.work_item_key asc
        ) as touches_back

    from work_items
    inner join open_lines
        on
            work_items.claim_key = open_lines.claim_key
            and work_items.worked_date >= open_lines.first_denied_date
    inner join staff
        on work_items.staff_key = staff.staff_key
    inner join staff as current_staff
        on staff.staff_id = current_staff.staff_id and current_staff.is_current
    where
        work_items.work_type in ('appeal', 'denial_rework', 'follow_up')
        and coalesce(current_staff.left_date, cast('9999-12-31' as date)) > open_lines.as_of_date

),

dated as (

    select
        open_lines.denial_key,
        open_lines.claim_key,
        open_lines.claim_line_key,
        open_lines.payer_key,
        open_lines.provider_key,
        open_lines.facility_key,
        open_lines.procedure_key,
        open_lines.denial_reason_key,
        open_lines.current_payer_key,
        ranked_touches.staff_key as owner_staff_key,

        open_lines.denial_category,
        open_lines.outcome,
        open_lines.recommended_action,
        -- whoever worked it last goes on with it; else it is the team's that does such work
        coalesce(
            ranked_touches.role,
            case open_lines.recommended_action
                when 'appeal' then 'appeals_specialist'
                when 'await_decision' then 'appeals_specialist'
                else 'ar_agent'
            end
        ) as owner_role,

        open_lines.denied_amount,
        open_lines.open_amount,
        open_lines.touch_count,
        open_lines.days_since_denial,
        count(*) over (partition by open_lines.claim_key, open_lines.recommended_action)
            as lines_worked_together,

        open_lines.first_denied_date,
        open_lines.last_refused_date,
        cast(
            case
                when open_lines.recommended_action in ('correct_claim', 'rebill_other_payer')
                    then {{ dbt.dateadd(
                        'day', 'limits.filing_limit_days', 'open_lines.filing_start_date'
                    ) }}
                when open_lines.recommended_action in ('appeal', 'send_documents')
                    then {{ dbt.dateadd(
                        'day', 'limits.appeal_limit_days', 'open_lines.last_refused_date'
                    ) }}
            end as date
        ) as deadline_date,
        open_lines.as_of_date

    from open_lines
    left join limits
        on open_lines.denial_key = limits.denial_key
    left join ranked_touches
        on
            open_lines.claim_key = ranked_touches.claim_key
            and ranked_touches.touches_back = 1

),

valued as (

    -- after the deadline, and where nothing is to be done, nothing is to be won. The lines of a
    -- claim are worked in one go
    select
        dated.denial_key,
        dated.claim_key,
        dated.claim_line_key,
        dated.payer_key,
        dated.provider_key,
        dated.facility_key,
        dated.procedure_key,
        dated.denial_reason_key,
        dated.owner_staff_key,

        dated.denial_category,
        dated.outcome,
        dated.recommended_action,
        dated.owner_role,
        recovery_rates.basis as recovery_basis,

        dated.denied_amount,
        dated.open_amount,
        recovery_rates.recovery_rate,
        cast(
            case
                when
                    dated.recommended_action in {{ worked_actions }}
                    and coalesce(dated.deadline_date >= dated.as_of_date, true)
                    then round(dated.open_amount * coalesce(recovery_rates.recovery_rate, 0), 2)
                else 0
            end as {{ type_money() }}
        ) as expected_recovery_amount,
        cast(
            case
                when dated.recommended_action in {{ worked_actions }}
                    then
                        {{ rate(
                            'minutes_by_work.minutes_per_claim', 'dated.lines_worked_together'
                        ) }}
                else 0
            end as {{ type_money() }}
        ) as expected_minutes,
        dated.touch_count,
        dated.days_since_denial,
        {{ days_between('dated.as_of_date', 'dated.deadline_date') }} as days_left,

        coalesce(dated.deadline_date < dated.as_of_date, false) as is_expired,

        dated.first_denied_date,
        dated.last_refused_date,
        dated.deadline_date,
        dated.as_of_date

    from dated
    left join recovery_rates
        on
            dated.current_payer_key = recovery_rates.payer_key
            and dated.denial_category = recovery_rates.denial_category
            and dated.days_since_denial
            between recovery_rates.first_day and recovery_rates.last_day
    left join minutes_by_work
        on
            minutes_by_work.work_type
            = case dated.recommended_action when 'appeal' then 'appeal' else 'denial_rework' end

),

rated as (

    select
        denial_key,
        claim_key,
        claim_line_key,
        payer_key,
        provider_key,
        facility_key,
        procedure_key,
        denial_reason_key,
        owner_staff_key,

        denial_category,
        outcome,
        recommended_action,
        owner_role,
        recovery_basis,

        denied_amount,
        open_amount,
        recovery_rate,
        expected_recovery_amount,
        expected_minutes,
        {{ rate('expected_recovery_amount', 'expected_minutes') }} as recovery_per_minute,
        touch_count,
        days_since_denial,
        days_left,

        is_expired,

        first_denied_date,
        last_refused_date,
        deadline_date,
        as_of_date

    from valued

),

worklist as (

    -- of equal worth, the nearer deadline first
    select
        denial_key,
        claim_key,
        claim_line_key,
        payer_key,
        provider_key,
        facility_key,
        procedure_key,
        denial_reason_key,
        owner_staff_key,

        denial_category,
        outcome,
        recommended_action,
        owner_role,
        recovery_basis,

        cast(
            row_number() over (
                order by
                    coalesce(recovery_per_minute, 0) desc,
                    coalesce(days_left, 99999) asc,
                    open_amount desc,
                    denial_key asc
            ) as integer
        ) as work_rank,
        denied_amount,
        open_amount,
        recovery_rate,
        expected_recovery_amount,
        expected_minutes,
        recovery_per_minute,
        touch_count,
        days_since_denial,
        days_left,

        is_expired,

        first_denied_date,
        last_refused_date,
        deadline_date,
        as_of_date

    from rated

)

select * from worklist
