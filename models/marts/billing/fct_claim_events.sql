{{ config(materialized='incremental', unique_key='claim_key') }}

with

accounts as {{ inlined() }} (

    select * from {{ ref('int_claims__accounts') }}

),

claims as {{ inlined() }} (

    select * from {{ ref('fct_claims') }}

),

versions as {{ inlined() }} (

    select * from {{ ref('int_claims__versions') }}

),

edits as (

    select * from {{ ref('stg_billing__claim_edits') }}

),

remittance_claims as (

    select * from {{ ref('int_remittances__claims_adjudicated') }}

),

appeals as {{ inlined() }} (

    select * from {{ ref('stg_billing__appeals') }}

),

transactions as {{ inlined() }} (

    select * from {{ ref('fct_ar_transactions') }}

),

claim_states as (

    select * from {{ ref('claim_states') }}

),

edits_by_account as (

    select
        patient_control_number,

        min(raised_date) as raised_date,
        -- a claim passes the scrubber when its last edit is resolved
        case when count(resolved_date) = count(*) then max(resolved_date) end as resolved_date

    from edits
    group by 1

),

account_events as (

    select
        claim_key,
        'created' as claim_state,
        -- a late charge adds to a claim that is already on its way
        first_charge_post_date as event_date
    from claims

    union all

    select
        accounts.claim_key,
        'edit_failed' as claim_state,
        edits_by_account.raised_date as event_date
    from edits_by_account
    inner join accounts
        on edits_by_account.patient_control_number = accounts.patient_control_number

    union all

    select
        accounts.claim_key,
        'validated' as claim_state,
        case
            -- no claim is made for a patient who pays alone: the account is ready once charged
            when not accounts.is_insured then accounts.charge_post_date
            when edits_by_account.patient_control_number is null then accounts.final_bill_date
            else edits_by_account.resolved_date
        end as event_date
    from accounts
    left join edits_by_account
        on accounts.patient_control_number = edits_by_account.patient_control_number

),

submission_events as (

    select
        root_patient_control_number,
        'corrected' as claim_state,
        is_to_first_payer,
        submitted_date as event_date
    from versions
    where frequency_code = '7'

    union all

    select
        root_patient_control_number,
        'voided' as claim_state,
        is_to_first_payer,
        submitted_date as event_date
    from versions
    where frequency_code = '8'

    union all

    select
        root_patient_control_number,
        'submitted' as claim_state,
        is_to_first_payer,
        submitted_date as event_date
    from versions

    union all

    select
        root_patient_control_number,
        'rejected' as claim_state,
        is_to_first_payer,
        rejected_date as event_date
    from versions
    where rejected_date is not null

    union all

    select
        root_patient_control_number,
        'accepted' as claim_state,
        is_to_first_payer,
        accepted_date as event_date
    from versions
    where accepted_date is not null

),

keyed_submission_events as (

    select
        accounts.claim_key,
        case when submission_events.is_to_first_payer then 'payer' else 'secondary' end as track,
        submission_events.claim_state,
        submission_events.event_date
    from submission_events
    inner join accounts
        on submission_events.root_patient_control_number = accounts.patient_control_number

),

remittance_events as (

    select
        claim_key,
        case when is_of_first_payer then 'payer' else 'secondary' end as track,
        case
            when is_reversal then 'reversed'
            when denial_level = 'full' then 'denied'
            when denial_level = 'partial' then 'partially_paid'
            when payer_paid_amount = 0 and patient_responsibility_amount > 0
                then 'zero_paid_patient_resp'
            else 'paid'
        end as claim_state,
        remittance_date as event_date
    from remittance_claims
    where claim_key is not null

),

appeal_events as (

    select
        accounts.claim_key,
        'appealed' as claim_state,
        appeals.appeal_round > 1 as is_next_round,
        appeals.filed_date as event_date
    from appeals
    inner join accounts
        on appeals.patient_control_number = accounts.patient_control_number

    union all

    select
        accounts.claim_key,
        appeals.decision as claim_state,
        false as is_next_round,
        appeals.decided_date as event_date
    from appeals
    inner join accounts
        on appeals.patient_control_number = accounts.patient_control_number
    where appeals.decided_date is not null

),

secondary_events as (

    -- the second payer owes what the first one left, from the first time that it left any
    select
        claim_key,
        'transferred_to_secondary' as claim_state,
        min(post_date) as event_date
    from transactions
    where transaction_type = 'transfer_from_payer' and responsibility = 'secondary'
    group by 1

),

patient_events as (

    -- the patient is billed as soon as a payer has said what is the patient's, even while denied
    -- lines are still fought for; who pays alone is billed with the charges
    select
        claim_key,
        'transferred_to_patient' as claim_state,
        min(post_date) as event_date
    from transactions
    where transaction_type = 'transfer_from_payer' and responsibility = 'patient'
    group by 1

    union all

    select
        claim_key,
        'transferred_to_patient' as claim_state,
        charge_post_date as event_date
    from claims
    where not is_insured

    union all

    select
        claim_key,
        transaction_type as claim_state,
        max(post_date) as event_date
    from transactions
    where transaction_type in ('bad_debt', 'charity', 'small_balance')
    group by 1, 2

),

writeoff_events as (

    select
        claim_key,
        'written_off' as claim_state,
        max(post_date) as event_date
    from transactions
    where transaction_type = 'denial_writeoff'
    group by 1

),

billed_patients as (

    select distinct claim_key
    from patient_events
    where claim_state = 'transferred_to_patient'

),

closed_claims as (

    -- what a patient paid or got back without ever being billed opens no track
    select
        claims.claim_key,

        claims.closed_date,
        coalesce(claims.primary_settled_date, claims.first_charge_post_date)
            as primary_settled_date,
        case when secondary_events.claim_key is not null then claims.secondary_settled_date end
            as secondary_settled_date,
        case when billed_patients.claim_key is not null then claims.patient_settled_date end
            as patient_settled_date

    from claims
    left join secondary_events
        on claims.claim_key = secondary_events.claim_key
    left join billed_patients
        on claims.claim_key = billed_patients.claim_key
    where claims.closed_date is not null

),

closing_events as (

    -- a claim closes with whichever side comes to rest last
    select
        claim_key,
        case
            when
                patient_settled_date >= primary_settled_date
                and (
                    patient_settled_date >= secondary_settled_date
                    or secondary_settled_date is null
                )
                then 'patient'
            when secondary_settled_date > primary_settled_date then 'secondary'
            else 'payer'
        end as track,
        'closed' as claim_state,
        closed_date as event_date
    from closed_claims

),

events as (

    select
        claim_key,
        'payer' as track,
        claim_state,
        false as is_next_round,
        event_date
    from account_events
    union all
    select
        claim_key,
        track,
        claim_state,
        false as is_next_round,
        event_date
    from keyed_submission_events
    union all
    select
        claim_key,
        track,
        claim_state,
        false as is_next_round,
        event_date
    from remittance_events
    union all
    select
        claim_key,
        'payer' as track,
        claim_state,
        is_next_round,
        event_date
    from appeal_events
    union all
    select
        claim_key,
        'secondary' as track,
        claim_state,
        false as is_next_round,
        event_date
    from secondary_events
    union all
    select
        claim_key,
        'payer' as track,
        claim_state,
        false as is_next_round,
        event_date
    from writeoff_events
    union all
    select
        claim_key,
        'patient' as track,
        claim_state,
        false as is_next_round,
        event_date
    from patient_events
    union all
    select
        claim_key,
        track,
        claim_state,
        false as is_next_round,
        event_date
    from closing_events

),

ordered as (

    -- several things happen to a claim on one day: then the order of the cycle decides; only a
    -- next round of appeal follows the decision on the one before
    select
        events.claim_key,
        events.track,
        events.claim_state,
        events.event_date,
        row_number() over (
            partition by events.claim_key
            order by
                events.event_date,
                case when events.is_next_round then 1 else 0 end,
                claim_states.sort_order,
                events.claim_state
        ) as event_number

    from events
    inner join claim_states
        on events.claim_state = claim_states.claim_state
    where events.event_date is not null and {{ is_of_changed_claim('events.claim_key') }}

),

linked as (

    select
        claim_key,
        track,
        claim_state,
        event_date,
        event_number,
        lag(claim_state) over (partition by claim_key, track order by event_number)
            as previous_claim_state,
        lead(event_date) over (partition by claim_key, track order by event_number)
            as next_event_date,
        lead(event_number) over (partition by claim_key order by event_number) is null as is_latest

    from ordered

),

keyed as (

    select
        {{ surrogate_key(['claim_key', 'event_number']) }} as claim_event_key,
        claim_key,

        track,
        claim_state,
        previous_claim_state,

        cast(event_number as integer) as event_number,
        {{ days_between('event_date', 'next_event_date') }} as dwell_days,

        is_latest,

        event_date

    from linked

)

select * from keyed
