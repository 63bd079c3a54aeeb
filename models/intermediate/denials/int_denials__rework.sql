with

denied_lines as (

    select * from {{ ref('int_denials__lines') }}
    where claim_line_key is not null

),

accounts as (

    select * from {{ ref('int_claims__accounts') }}

),

versions as (

    select * from {{ ref('int_claims__versions') }}

),

appeals as (

    select * from {{ ref('int_denials__appeals') }}

),

work_items as (

    select * from {{ ref('stg_billing__work_items') }}

),

first_denials as (

    select
        claim_key,
        claim_line_key,

        min(denied_date) as denied_date

    from denied_lines
    group by 1, 2

),

account_steps as (

    select
        root_patient_control_number as patient_control_number,
        'corrected' as step_kind,
        submitted_date as step_date
    from versions
    where frequency_code = '7'

    union all

    select
        patient_control_number,
        'touched' as step_kind,
        worked_date as step_date
    from work_items
    where work_type in ('denial_rework', 'appeal')

),

line_rounds as (

    -- a round fights the lines that the decision it disputes denied, and no others of the claim
    select
        denied_lines.claim_line_key,
        appeals.appeal_id,

        appeals.decision,

        row_number() over (
            partition by denied_lines.claim_line_key
            order by appeals.filed_date, appeals.appeal_round, appeals.appeal_id
        ) as round_number,
        lead(appeals.appeal_id) over (
            partition by denied_lines.claim_line_key
            order by appeals.filed_date, appeals.appeal_round, appeals.appeal_id
        ) is null as is_last_round,

        appeals.filed_date,
        appeals.decided_date

    from denied_lines
    inner join appeals
        on denied_lines.remittance_claim_id = appeals.remittance_claim_id

),

appealed_lines as (

    select
        claim_line_key,
        max(case when is_last_round then appeal_id end) as last_appeal_id,
        max(case when is_last_round then decision end) as last_appeal_decision,

        count(*) as appeal_round_count,

        min(filed_date) as appealed_date,
        max(case when is_last_round then decided_date end) as last_appeal_decided_date

    from line_rounds
    group by 1

),

worked_lines as (

    -- what was done before the line was denied is no rework
    select
        first_denials.claim_line_key,

        sum(case when account_steps.step_kind = 'touched' then 1 else 0 end) as touch_count,

        min(account_steps.step_date) as worked_date,
        min(
            case when account_steps.step_kind = 'corrected' then account_steps.step_date end
        ) as corrected_date

    from first_denials
    inner join accounts
        on first_denials.claim_key = accounts.claim_key
    inner join account_steps
        on
            accounts.patient_control_number = account_steps.patient_control_number
            and first_denials.denied_date <= account_steps.step_date
    group by 1

),

rework as (

    select
        first_denials.claim_line_key,
        appealed_lines.last_appeal_id,

        appealed_lines.last_appeal_decision,

        cast(coalesce(worked_lines.touch_count, 0) as integer) as touch_count,
        cast(coalesce(appealed_lines.appeal_round_count, 0) as integer) as appeal_round_count,

        least(
            coalesce(worked_lines.worked_date, appealed_lines.appealed_date),
            coalesce(appealed_lines.appealed_date, worked_lines.worked_date)
        ) as worked_date,
        worked_lines.corrected_date,
        appealed_lines.appealed_date,
        appealed_lines.last_appeal_decided_date

    from first_denials
    left join worked_lines
        on first_denials.claim_line_key = worked_lines.claim_line_key
    left join appealed_lines
        on first_denials.claim_line_key = appealed_lines.claim_line_key
    where worked_lines.claim_line_key is not null or appealed_lines.claim_line_key is not null

)

select * from rework
