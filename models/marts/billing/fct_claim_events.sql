{{ config(materialized='incremental', unique_key='claim_key') }}

{% set payer, secondary, patient = "'payer'", "'secondary'", "'patient'" %}
{#- Tracks side by side: the first payer's, the second payer's and the patient's. -#}
{% set dated_states = [
    (payer, 'created'),
    (payer, 'edit_failed'),
    (payer, 'validated'),
    (payer, 'written_off'),
    (secondary, 'transferred_to_secondary'),
    (patient, 'transferred_to_patient'),
    (patient, 'bad_debt'),
    (patient, 'charity'),
    (patient, 'small_balance'),
    ('closing_track', 'closed'),
] %}
{% set version_states = [
    ('submitted', 'submitted_date', none),
    ('corrected', 'submitted_date', '7'),
    ('voided', 'submitted_date', '8'),
    ('rejected', 'rejected_date', none),
    ('accepted', 'accepted_date', none),
] %}
{% set in_order %}
    order by event_date, is_next_round, sort_order, track
{% endset %}

with

balances as (

    select * from {{ ref('int_ar__claims_summarized') }}

),

accounts as (

    select * from {{ ref('int_claims__accounts') }}

),

claims as (

    select * from {{ ref('fct_claims') }}

),

versions as (

    select * from {{ ref('int_claims__versions') }}

),

edits as (

    select * from {{ ref('stg_billing__claim_edits') }}

),

remittance_claims as (

    select * from {{ ref('int_remittances__claims_adjudicated') }}
    where claim_key is not null

),

appeals as {{ inlined() }} (

    select * from {{ ref('stg_billing__appeals') }}

),

transactions as (

    select * from {{ ref('int_ar__transactions') }}

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

ledger_dates as (

    -- the second payer owes what the first one left, from the first time that it left any. The
    -- patient is billed as soon as a payer has said what is the patient's, even while denied lines
    -- are still fought for.
    select
        claim_key,

        {% for responsibility in ['secondary', 'patient'] -%}
            min(
                case
                    when
                        transaction_type = 'transfer_from_payer'
                        and responsibility = '{{ responsibility }}'
                        then post_date
                end
            ) as transferred_to_{{ responsibility }}_date,
        {% endfor -%}
        {% for transaction_type in ['denial_writeoff', 'bad_debt', 'charity'] -%}
            max(case when transaction_type = '{{ transaction_type }}' then post_date end)
                as {{ transaction_type }}_date,
        {% endfor -%}
        max(case when transaction_type = 'small_balance' then post_date end) as small_balance_date

    from transactions
    where
        transaction_type in (
            'transfer_from_payer', 'denial_writeoff', 'bad_debt', 'charity', 'small_balance'
        )
    group by 1

),

claim_dates as (

    -- balances are of the claims at hand; accounts and claims are of all that there are
    select
        accounts.claim_key,
        accounts.patient_control_number,

        -- a late charge adds to a claim that is already on its way
        accounts.first_charge_post_date as created_date,
        edits_by_account.raised_date as edit_failed_date,
        case
            -- no claim is made for a patient who pays alone: the account is ready once charged
            when not accounts.is_insured then accounts.charge_post_date
            when edits_by_account.patient_control_number is null then accounts.final_bill_date
            else edits_by_account.resolved_date
        end as validated_date,
        ledger_dates.denial_writeoff_date as written_off_date,
        ledger_dates.transferred_to_secondary_date,
        -- who pays alone is billed with the charges
        case
            when accounts.is_insured then ledger_dates.transferred_to_patient_date
            else accounts.charge_post_date
        end as transferred_to_patient_date,
        ledger_dates.bad_debt_date,
        ledger_dates.charity_date,
        ledger_dates.small_balance_date,
        coalesce(balances.primary_settled_date, accounts.first_charge_post_date)
            as primary_settled_date,
        case
            when ledger_dates.transferred_to_secondary_date is not null
                then balances.secondary_settled_date
        end as secondary_settled_date,
        -- what a patient paid or got back without ever being billed opens no track
        case
            when
                not accounts.is_insured or ledger_dates.transferred_to_patient_date is not null
                then balances.patient_settled_date
        end as patient_settled_date,
        claims.closed_date

    from balances
    inner join accounts
        on balances.claim_key = accounts.claim_key
    inner join claims
        on balances.claim_key = claims.claim_key
    left join edits_by_account
        on accounts.patient_control_number = edits_by_account.patient_control_number
    left join ledger_dates
        on balances.claim_key = ledger_dates.claim_key

),

tracked_dates as (

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
        end as closing_track,

        created_date,
        edit_failed_date,
        validated_date,
        written_off_date,
        transferred_to_secondary_date,
        transferred_to_patient_date,
        bad_debt_date,
        charity_date,
        small_balance_date,
        closed_date

    from claim_dates

),

keyed_versions as (

    select
        claim_dates.claim_key,

        case when versions.is_to_first_payer then 'payer' else 'secondary' end as track,
        versions.frequency_code,

        versions.submitted_date,
        versions.rejected_date,
        versions.accepted_date

    from versions
    inner join claim_dates
        on versions.root_patient_control_number = claim_dates.patient_control_number

),

keyed_appeals as (

    select
        claim_dates.claim_key,

        appeals.decision,

        appeals.appeal_round,

        appeals.filed_date,
        appeals.decided_date

    from appeals
    inner join claim_dates
        on appeals.patient_control_number = claim_dates.patient_control_number

),

events as (

    {% for track, claim_state in dated_states -%}
        select
            claim_key,
            {{ track }} as track,
            '{{ claim_state }}' as claim_state,
            false as is_next_round,
            {{ claim_state }}_date as event_date
        from tracked_dates
        where {{ claim_state }}_date is not null
        union all
    {% endfor -%}
    {% for claim_state, event_date, frequency_code in version_states -%}
        select
            claim_key,
            track,
            '{{ claim_state }}' as claim_state,
            false as is_next_round,
            {{ event_date }} as event_date
        from keyed_versions
        where
            {{ event_date }} is not null
            {{ "and frequency_code = '" ~ frequency_code ~ "'" if frequency_code }}
        union all
    {% endfor -%}
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
        false as is_next_round,
        remittance_date as event_date
    from remittance_claims
    union all
    select
        claim_key,
        'payer' as track,
        'appealed' as claim_state,
        coalesce(appeal_round > 1, false) as is_next_round,
        filed_date as event_date
    from keyed_appeals
    union all
    select
        claim_key,
        'payer' as track,
        decision as claim_state,
        false as is_next_round,
        decided_date as event_date
    from keyed_appeals

),

sorted as (

    select
        events.claim_key,

        events.track,
        events.claim_state,

        claim_states.sort_order,

        events.is_next_round,

        events.event_date

    from events
    inner join claim_states
        on events.claim_state = claim_states.claim_state
    where events.event_date is not null

),

numbered as (

    -- several things happen to a claim on one day: then the order of the cycle decides; only a
    -- next round of appeal follows the decision on the one before
    select
        claim_key,
        track,
        claim_state,
        event_date,
        row_number() over (partition by claim_key {{ in_order }}) as event_number,
        lead(event_date) over (partition by claim_key {{ in_order }}) is null as is_latest

    from sorted

),

linked as (

    select
        claim_key,
        track,
        claim_state,
        event_date,
        event_number,
        is_latest,
        lag(claim_state) over (partition by claim_key, track order by event_number)
            as previous_claim_state,
        lead(event_date) over (partition by claim_key, track order by event_number)
            as next_event_date

    from numbered

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
        next_event_date is null as is_current_state,

        event_date

    from linked

)

select * from keyed
