with

claims as (

    select * from {{ ref('fct_claims') }}
    where
        is_insured
        and first_accepted_date is null
        and not is_adjudicated
        and not is_closed

),

submissions as (

    select * from {{ ref('fct_claim_submissions') }}

),

rules as (

    select * from {{ ref('payer_rules') }}
    where rule_type = 'timely_filing'

),

payers as (

    select * from {{ ref('dim_payer') }}

),

procedures as (

    select * from {{ ref('dim_procedure') }}

),

as_of as (

    select * from {{ ref('int_calendar__as_of') }}

),

last_submissions as (

    select
        claim_key,

        max(case when is_rejected then rejected_date end) as rejected_date,
        max(submitted_date) as last_submitted_date

    from submissions
    group by claim_key

),

limits as (

    -- the strictest rule counts; a rule without days of its own means those in the payer's record
    select
        claims.claim_key,

        min(coalesce(rules.limit_days, payers.timely_filing_limit_days)) as limit_days

    from claims
    inner join payers
        on claims.payer_key = payers.payer_key
    inner join procedures
        on claims.primary_procedure_key = procedures.procedure_key
    inner join rules
        on
            rules.claim_type in ('*', claims.claim_type)
            and claims.service_date >= rules.effective_from_date
            and claims.service_date
            <= coalesce(rules.effective_to_date, cast('9999-12-31' as date))
            and {{ rule_covers() }}
    group by claims.claim_key

),

dated as (

    select
        claims.claim_key,
        claims.payer_key,
        claims.provider_key,
        claims.facility_key,
        claims.department_key,

        case
            when last_submissions.claim_key is null then 'unbilled'
            when last_submissions.rejected_date >= last_submissions.last_submitted_date
                then 'rejected'
            else 'awaiting_acceptance'
        end as filing_status,

        claims.submission_count,
        claims.billed_amount,
        claims.expected_allowed_amount,
        limits.limit_days,

        claims.service_date,
        claims.discharge_date,
        last_submissions.last_submitted_date,
        last_submissions.rejected_date,
        -- a rejected version does not stop the clock, one on its way may
        cast(
            {{ dbt.dateadd(
                'day', 'limits.limit_days', 'coalesce(claims.discharge_date, claims.service_date)'
            ) }} as date
        ) as deadline_date,
        as_of.as_of_date

    from claims
    inner join limits
        on claims.claim_key = limits.claim_key
    left join last_submissions
        on claims.claim_key = last_submissions.claim_key
    cross join as_of

),

counted as (

    select
        claim_key,
        payer_key,
        provider_key,
        facility_key,
        department_key,

        filing_status,
        case filing_status
            when 'unbilled' then 'bill'
            when 'rejected' then 'correct_and_resubmit'
            else 'ask_for_acknowledgement'
        end as recommended_action,

        submission_count,
        billed_amount,
        expected_allowed_amount,
        limit_days,
        {{ days_between('as_of_date', 'deadline_date') }} as days_left,

        service_date,
        discharge_date,
        last_submitted_date,
        rejected_date,
        deadline_date,
        as_of_date

    from dated

),

worklist as (

    select
        claim_key,
        payer_key,
        provider_key,
        facility_key,
        department_key,

        filing_status,
        recommended_action,

        submission_count,
        billed_amount,
        expected_allowed_amount,
        {% for days in [7, 14, 30] -%}
            cast(
                case when days_left between 0 and {{ days }} then expected_allowed_amount else 0 end
                as {{ type_money() }}
            ) as expiring_in_{{ days }}_days_amount,
        {% endfor -%}
        cast(limit_days as integer) as timely_filing_limit_days,
        days_left,

        days_left < 0 as is_expired,

        service_date,
        discharge_date,
        last_submitted_date,
        rejected_date,
        deadline_date,
        as_of_date

    from counted

)

select * from worklist
