{{ config(materialized='view') }}

with

claims as {{ inlined() }} (

    select * from {{ ref('fct_claims') }}

),

charges as (

    select * from {{ ref('fct_charges') }}
    where not is_credit

),

submissions as {{ inlined() }} (

    select * from {{ ref('fct_claim_submissions') }}

),

remittances as {{ inlined() }} (

    select * from {{ ref('fct_remittances') }}
    where is_matched and payer_sequence = 'P'

),

denials as {{ inlined() }} (

    select * from {{ ref('fct_denials') }}
    where is_initial and is_matched

),

denial_reasons as (

    select * from {{ ref('dim_denial_reason') }}

),

payers as (

    select * from {{ ref('dim_payer') }}

),

providers as (

    select * from {{ ref('dim_provider') }}

),

procedures as (

    select * from {{ ref('dim_procedure') }}

),

weekdays as (

    select * from {{ ref('dim_date') }}
    where not is_weekend

),

work_errors as {{ inlined() }} (

    select * from {{ ref('int_alerts__work_errors') }}

),

as_of as (

    select * from {{ ref('int_calendar__as_of') }}

),

denied_reasons as (

    select
        denials.claim_key,

        denial_reasons.denial_category,
        denial_reasons.denial_reason_id || ' ' || denial_reasons.reason_label as reason,

        sum(denials.billed_amount) as denied_amount,

        min(denials.denied_date) as denied_date

    from denials
    inner join denial_reasons
        on denials.denial_reason_key = denial_reasons.denial_reason_key
    group by
        denials.claim_key,
        denial_reasons.denial_category,
        denial_reasons.denial_reason_id,
        denial_reasons.reason_label

),

ranked_reasons as (

    -- a claim counts once, under the reason that denied most of it
    select
        claim_key,

        denial_category,
        reason,

        row_number() over (partition by claim_key order by denied_amount desc, reason asc)
            as rank_in_claim,
        row_number() over (
            partition by claim_key, denial_category order by denied_amount desc, reason asc
        ) as rank_in_category,
        sum(denied_amount) over (partition by claim_key, denial_category)
            as denied_in_category_amount,

        denied_date

    from denied_reasons

),

answers as (

    select
        'denial_rate' as metric,
        claims.claim_key,
        ranked_reasons.reason,
        case when claims.is_initially_denied then 1 else 0 end as numerator,
        1 as denominator,
        0 as numerator_squared,
        claims.initially_denied_amount as affected_amount,
        claims.first_remittance_date as event_date
    from claims
    left join ranked_reasons
        on
            claims.claim_key = ranked_reasons.claim_key
            and ranked_reasons.rank_in_claim = 1
    where claims.first_remittance_date is not null

),

denied_categories as (

    -- the denominator is that of the payer: the weekly observations bring the two together
    select
        'denial_category_rate' as metric,
        claim_key,
        denial_category,
        reason,
        1 as numerator,
        0 as denominator,
        0 as numerator_squared,
        denied_in_category_amount as affected_amount,
        denied_date as event_date
    from ranked_reasons
    where rank_in_category = 1

),

answer_days as (

    select
        'days_to_first_remittance' as metric,
        claim_key,
        days_to_first_remittance as numerator,
        1 as denominator,
        days_to_first_remittance * days_to_first_remittance as numerator_squared,
        billed_amount as affected_amount,
        first_remittance_date as event_date
    from claims
    where days_to_first_remittance is not null

),

contract_payments as (

    -- only what was answered as it was billed, and nothing of it denied, can be held against the
    -- contract of the whole claim
    select
        'underpayment_rate' as metric,
        claims.claim_key,
        claims.expected_allowed_amount - remittances.allowed_amount as numerator,
        claims.expected_allowed_amount as denominator,
        0 as numerator_squared,
        claims.expected_allowed_amount - remittances.allowed_amount as affected_amount,
        remittances.remittance_date as event_date
    from remittances
    inner join claims
        on remittances.claim_key = claims.claim_key
    where
        remittances.is_initial_adjudication
        and not remittances.is_reversal
        and remittances.denial_level = 'none'
        and remittances.billed_amount = claims.billed_amount

),

remitted_days as (

    -- a correction reverses and pays anew on one day; a takeback leaves less than nothing
    select
        claim_key,

        sum(payer_paid_amount) as payer_paid_amount,
        max(case when is_reversal then 1 else 0 end) as reversal_count,

        remittance_date

    from remittances
    group by claim_key, remittance_date

),

takebacks as (

    select
        'takeback_rate' as metric,
        claim_key,
        case when reversal_count > 0 and payer_paid_amount < 0 then 1 else 0 end as numerator,
        1 as denominator,
        0 as numerator_squared,
        case
            when reversal_count > 0 and payer_paid_amount < 0 then -payer_paid_amount else 0
        end as affected_amount,
        remittance_date as event_date
    from remitted_days

),

charge_lags as (

    select
        'charge_lag_days' as metric,
        claim_key,
        charge_lag_days as numerator,
        1 as denominator,
        charge_lag_days * charge_lag_days as numerator_squared,
        charge_amount as affected_amount,
        post_date as event_date
    from charges
    where charge_lag_days >= 0

),

acknowledgements as (

    select
        'rejection_rate' as metric,
        claim_key,
        rejected_by as reason,
        case when is_rejected then 1 else 0 end as numerator,
        1 as denominator,
        0 as numerator_squared,
        case when is_rejected then billed_amount else 0 end as affected_amount,
        coalesce(rejected_date, accepted_date) as event_date
    from submissions
    where is_rejected or is_accepted

),

submitted_days as (

    select
        submitted_date,

        count(*) as submission_count

    from submissions
    group by submitted_date

),

first_submission as (

    select min(submitted_date) as first_submitted_date
    from submitted_days

),

submission_weekdays as (

    select
        weekdays.date_key,

        coalesce(submitted_days.submission_count, 0) = 0 as is_silent,
        weekdays.iso_day_of_week = 1 as is_monday

    from weekdays
    cross join first_submission
    cross join as_of
    left join submitted_days
        on weekdays.date_key = submitted_days.submitted_date
    where weekdays.date_key between first_submission.first_submitted_date and as_of.as_of_date

),

silent_days as (

    -- one week to divide by, on its Monday
    select
        'silent_submission_days' as metric,
        case when is_silent then 1 else 0 end as numerator,
        case when is_monday then 1 else 0 end as denominator,
        0 as numerator_squared,
        0 as affected_amount,
        date_key as event_date
    from submission_weekdays

),

held_claims as (

    select
        'silent_submission_days' as metric,
        submissions.claim_key,
        0 as numerator,
        0 as denominator,
        0 as numerator_squared,
        submissions.billed_amount as affected_amount,
        submissions.final_bill_date as event_date
    from submissions
    inner join submission_weekdays
        on
            submissions.final_bill_date = submission_weekdays.date_key
            and submission_weekdays.is_silent
    where submissions.submitted_date > submissions.final_bill_date

),

touches as (

    -- errors are found some three weeks after the work: what is found now is held against the
    -- work of then, or somebody who leaves would look worse each day
    select
        'staff_error_rate' as metric,
        claim_key,
        staff_key,
        0 as numerator,
        1 as denominator,
        0 as numerator_squared,
        0 as affected_amount,
        {{ dbt.dateadd('day', 21, 'worked_date') }} as event_date
    from work_errors

),

errors as (

    -- in the week in which it is found: by the week of the work, the last weeks would look clean
    -- and the past would change every night
    select
        'staff_error_rate' as metric,
        work_errors.claim_key,
        work_errors.staff_key,
        work_errors.work_type as reason,
        1 as numerator,
        0 as denominator,
        0 as numerator_squared,
        claims.billed_amount as affected_amount,
        work_errors.found_wrong_date as event_date
    from work_errors
    inner join claims
        on work_errors.claim_key = claims.claim_key
    where work_errors.is_error

),

events as (

    select
        metric,
        claim_key,
        cast(null as uuid) as staff_key,
        cast(null as {{ dbt.type_string() }}) as denial_category,
        reason,
        numerator,
        denominator,
        numerator_squared,
        affected_amount,
        event_date
    from answers

    union all

    select
        metric,
        claim_key,
        cast(null as uuid) as staff_key,
        denial_category,
        reason,
        numerator,
        denominator,
        numerator_squared,
        affected_amount,
        event_date
    from denied_categories

    union all

    select
        metric,
        claim_key,
        cast(null as uuid) as staff_key,
        cast(null as {{ dbt.type_string() }}) as denial_category,
        cast(null as {{ dbt.type_string() }}) as reason,
        numerator,
        denominator,
        numerator_squared,
        affected_amount,
        event_date
    from answer_days

    union all

    select
        metric,
        claim_key,
        cast(null as uuid) as staff_key,
        cast(null as {{ dbt.type_string() }}) as denial_category,
        cast(null as {{ dbt.type_string() }}) as reason,
        numerator,
        denominator,
        numerator_squared,
        affected_amount,
        event_date
    from contract_payments

    union all

    select
        metric,
        claim_key,
        cast(null as uuid) as staff_key,
        cast(null as {{ dbt.type_string() }}) as denial_category,
        cast(null as {{ dbt.type_string() }}) as reason,
        numerator,
        denominator,
        numerator_squared,
        affected_amount,
        event_date
    from takebacks

    union all

    select
        metric,
        claim_key,
        cast(null as uuid) as staff_key,
        cast(null as {{ dbt.type_string() }}) as denial_category,
        cast(null as {{ dbt.type_string() }}) as reason,
        numerator,
        denominator,
        numerator_squared,
        affected_amount,
        event_date
    from charge_lags

    union all

    select
        metric,
        claim_key,
        cast(null as uuid) as staff_key,
        cast(null as {{ dbt.type_string() }}) as denial_category,
        reason,
        numerator,
        denominator,
        numerator_squared,
        affected_amount,
        event_date
    from acknowledgements

    union all

    select
        metric,
        cast(null as uuid) as claim_key,
        cast(null as uuid) as staff_key,
        cast(null as {{ dbt.type_string() }}) as denial_category,
        cast(null as {{ dbt.type_string() }}) as reason,
        numerator,
        denominator,
        numerator_squared,
        affected_amount,
        event_date
    from silent_days

    union all

    select
        metric,
        claim_key,
        cast(null as uuid) as staff_key,
        cast(null as {{ dbt.type_string() }}) as denial_category,
        cast(null as {{ dbt.type_string() }}) as reason,
        numerator,
        denominator,
        numerator_squared,
        affected_amount,
        event_date
    from held_claims

    union all

    select
        metric,
        claim_key,
        staff_key,
        cast(null as {{ dbt.type_string() }}) as denial_category,
        cast(null as {{ dbt.type_string() }}) as reason,
        numerator,
        denominator,
        numerator_squared,
        affected_amount,
        event_date
    from touches

    union all

    select
        metric,
        claim_key,
        staff_key,
        cast(null as {{ dbt.type_string() }}) as denial_category,
        reason,
        numerator,
        denominator,
        numerator_squared,
        affected_amount,
        event_date
    from errors

),

described as (

    -- whose claim it is, whoever sent the remittance: a payer may have been taken over by then
    select
        events.metric,
        events.claim_key,
        payers.current_payer_key as payer_key,
        providers.current_provider_key as provider_key,
        claims.facility_key,
        claims.department_key,
        events.staff_key,

        procedures.procedure_family,
        events.denial_category,
        events.reason,

        cast(events.numerator as {{ type_money() }}) as numerator,
        cast(events.denominator as {{ type_money() }}) as denominator,
        cast(events.numerator_squared as {{ type_money() }}) as numerator_squared,
        cast(events.affected_amount as {{ type_money() }}) as affected_amount,

        events.event_date,
        cast(
            {{ dbt.dateadd(
                'day',
                '-mod(' ~ days_between("cast('1900-01-01' as date)", 'events.event_date') ~ ', 7)',
                'events.event_date'
            ) }} as date
        ) as week_start_date

    from events
    left join claims
        on events.claim_key = claims.claim_key
    left join payers
        on claims.payer_key = payers.payer_key
    left join providers
        on claims.provider_key = providers.provider_key
    left join procedures
        on claims.primary_procedure_key = procedures.procedure_key

)

select * from described
