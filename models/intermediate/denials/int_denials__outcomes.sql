with

denied_lines as (

    select * from {{ ref('int_denials__lines') }}
    where claim_line_key is not null

),

lines as (

    select * from {{ ref('int_remittances__lines_adjudicated') }}

),

remittance_claims as (

    select * from {{ ref('int_remittances__claims_adjudicated') }}

),

charges as (

    select * from {{ ref('int_claims__charges_priced') }}

),

rework as (

    select * from {{ ref('int_denials__rework') }}

),

balances as (

    select * from {{ ref('int_ar__claims_summarized') }}

),

first_denials as (

    -- a line that two payers denied is followed with the first of them
    select
        claim_key,
        claim_line_key,

        payer_sequence,

        denied_amount

    from denied_lines
    where not is_repeat

),

standing_decisions as (

    select
        remittance_claim_id,
        claim_key,

        payer_sequence,

        remittance_date

    from remittance_claims
    where is_latest_adjudication

),

standing_lines as (

    -- how each line that was ever denied stands after the last adjudication of its claim
    select
        first_denials.claim_line_key,

        lines.billed_amount,
        lines.payer_paid_amount,
        lines.patient_responsibility_amount,
        lines.contractual_adjustment_amount
        + lines.other_adjustment_amount
        + lines.prior_payer_amount
        + lines.unclassified_amount as adjustment_amount,
        lines.denied_amount - lines.denied_to_patient_amount as denied_amount,
        lines.denied_to_patient_amount,
        sum(lines.denied_amount - lines.denied_to_patient_amount) over (
            partition by standing_decisions.claim_key
            order by
                standing_decisions.payer_sequence, lines.line_sequence, lines.claim_line_key
            rows between unbounded preceding and current row
        ) as cumulative_denied_amount,

        lines.is_denied,

        standing_decisions.remittance_date

    from first_denials
    inner join lines
        on first_denials.claim_line_key = lines.claim_line_key
    inner join standing_decisions
        on
            lines.remittance_claim_id = standing_decisions.remittance_claim_id
            -- the same claim anyhow; said so that no planner joins the two by payer_sequence alone
            and first_denials.claim_key = standing_decisions.claim_key
            and first_denials.payer_sequence = standing_decisions.payer_sequence

),

followed as (

    -- on no standing decision: the payer took all of it back (CLP02 22 without a new decision), or
    -- the line is no longer on the claim
    select
        first_denials.claim_line_key,
        rework.last_appeal_id,

        rework.last_appeal_decision,

        coalesce(rework.touch_count, 0) as touch_count,
        coalesce(rework.appeal_round_count, 0) as appeal_round_count,
        first_denials.denied_amount as first_denied_amount,
        standing_lines.billed_amount,
        coalesce(standing_lines.payer_paid_amount, 0) as payer_paid_amount,
        coalesce(standing_lines.patient_responsibility_amount, 0) as transferred_amount,
        standing_lines.adjustment_amount,
        coalesce(standing_lines.denied_amount, 0) as denied_amount,
        coalesce(standing_lines.denied_to_patient_amount, 0) as denied_to_patient_amount,
        -- a claim's write-off fills its denied lines in their order, each up to what is denied
        greatest(
            least(
                coalesce(standing_lines.denied_amount, 0),
                balances.denial_writeoff_amount
                - coalesce(standing_lines.cumulative_denied_amount, 0)
                + coalesce(standing_lines.denied_amount, 0)
            ),
            0
        ) as written_off_amount,

        coalesce(standing_lines.is_denied, false) as is_still_denied,
        standing_lines.claim_line_key is not null as is_decided,
        balances.primary_balance_amount = 0
        or coalesce(charges.credited_amount, 0) >= first_denials.denied_amount as is_settled,
        coalesce(
            rework.last_appeal_decision in ('overturned', 'partially_overturned'), false
        ) as is_won,

        rework.worked_date,
        rework.corrected_date,
        rework.appealed_date,
        rework.last_appeal_decided_date,
        standing_lines.remittance_date as standing_remittance_date,
        balances.denial_writeoff_date,
        -- without a decision, the line came to rest with its credit or with the account
        case
            when charges.credited_amount >= first_denials.denied_amount then charges.credited_date
            else balances.primary_settled_date
        end as settled_date

    from first_denials
    inner join balances
        on first_denials.claim_key = balances.claim_key
    left join charges
        on first_denials.claim_line_key = charges.charge_key
    left join standing_lines
        on first_denials.claim_line_key = standing_lines.claim_line_key
    left join rework
        on first_denials.claim_line_key = rework.claim_line_key

),

outcomes as (

    -- each line: denied = recovered + transferred + adjusted + written off + open
    select
        claim_line_key,
        last_appeal_id,

        case
            -- a void that settles the account corrects what had been sent
            when not is_decided and is_settled then 'corrected'
            when not is_decided then 'open'
            when not is_still_denied and is_won then 'overturned'
            when not is_still_denied then 'corrected'
            when denied_to_patient_amount > 0 then 'transferred'
            when appealed_date is not null and last_appeal_decision is null then 'appealed'
            -- won, but the payer's new decision has yet to come
            when
                is_won
                and written_off_amount = 0
                and last_appeal_decided_date > standing_remittance_date
                then 'appealed'
            when appealed_date is not null then 'upheld'
            when written_off_amount > 0 and worked_date is null then 'never_worked'
            when written_off_amount > 0 then 'written_off'
            else 'open'
        end as outcome,
        last_appeal_decision,

        touch_count,
        appeal_round_count,
        cast(payer_paid_amount as {{ type_money() }}) as recovered_amount,
        cast(transferred_amount as {{ type_money() }}) as transferred_amount,
        cast(
            case
                -- what the decision adjusts beyond what the first one had
                when is_decided then adjustment_amount - (billed_amount - first_denied_amount)
                when is_settled then first_denied_amount
                else 0
            end as {{ type_money() }}
        ) as adjusted_amount,
        cast(written_off_amount as {{ type_money() }}) as written_off_amount,
        cast(
            case
                when is_decided then denied_amount - written_off_amount
                when is_settled then 0
                else first_denied_amount
            end as {{ type_money() }}
        ) as open_amount,

        worked_date,
        corrected_date,
        appealed_date,
        case
            when not is_decided
                then
                    case when is_settled then settled_date end
            when not is_still_denied or denied_to_patient_amount > 0 then standing_remittance_date
            when written_off_amount > 0 then denial_writeoff_date
        end as resolved_date

    from followed

)

select * from outcomes
