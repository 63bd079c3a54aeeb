with

denied_lines as (

    select * from {{ ref('int_denials__lines') }}

),

lines as (

    select * from {{ ref('int_remittances__lines_adjudicated') }}

),

remittance_claims as (

    select * from {{ ref('int_remittances__claims_adjudicated') }}

),

rework as (

    select * from {{ ref('int_denials__rework') }}

),

balances as (

    select * from {{ ref('int_ar__claims_summarized') }}

),

ever_denied_lines as (

    -- a line that two payers denied is followed with the first of them
    select
        claim_key,
        claim_line_key,

        min(payer_sequence) as payer_sequence

    from denied_lines
    where claim_line_key is not null
    group by 1, 2

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

latest_lines as (

    -- how each line that was ever denied stands after the last adjudication of its claim
    select
        lines.claim_line_key,
        standing_decisions.claim_key,

        lines.payer_paid_amount,
        lines.denied_amount - lines.denied_to_patient_amount as denied_amount,
        lines.denied_to_patient_amount,
        sum(lines.denied_amount - lines.denied_to_patient_amount) over (
            partition by standing_decisions.claim_key
            order by
                standing_decisions.payer_sequence, lines.line_sequence, lines.claim_line_key
            rows between unbounded preceding and current row
        ) as cumulative_denied_amount,

        lines.is_denied,
        true as is_decided,

        standing_decisions.remittance_date

    from ever_denied_lines
    inner join lines
        on ever_denied_lines.claim_line_key = lines.claim_line_key
    inner join standing_decisions
        on
            lines.remittance_claim_id = standing_decisions.remittance_claim_id
            -- the same claim anyhow; said so that no planner joins the two by payer_sequence alone
            and ever_denied_lines.claim_key = standing_decisions.claim_key
            and ever_denied_lines.payer_sequence = standing_decisions.payer_sequence

    union all

    -- the payer took all of it back (CLP02 22 without a new decision)
    select
        ever_denied_lines.claim_line_key,
        ever_denied_lines.claim_key,

        0 as payer_paid_amount,
        0 as denied_amount,
        0 as denied_to_patient_amount,
        0 as cumulative_denied_amount,

        false as is_denied,
        false as is_decided,

        cast(null as date) as remittance_date

    from ever_denied_lines
    left join standing_decisions
        on
            ever_denied_lines.claim_key = standing_decisions.claim_key
            and ever_denied_lines.payer_sequence = standing_decisions.payer_sequence
    where standing_decisions.claim_key is null

),

followed as (

    select
        latest_lines.claim_line_key,

        latest_lines.payer_paid_amount,
        latest_lines.denied_to_patient_amount,
        -- a claim's write-off fills its denied lines in their order, each up to what is denied
        greatest(
            least(
                latest_lines.denied_amount,
                balances.denial_writeoff_amount
                - latest_lines.cumulative_denied_amount
                + latest_lines.denied_amount
            ),
            0
        ) as written_off_amount,

        latest_lines.is_denied as is_still_denied,
        latest_lines.is_decided,
        balances.primary_balance_amount = 0 as is_settled,
        coalesce(rework.has_open_appeal, false) as has_open_appeal,
        coalesce(rework.is_overturned, false) as is_overturned,

        rework.worked_date,
        rework.appealed_date,
        latest_lines.remittance_date as latest_remittance_date,
        balances.denial_writeoff_date,
        balances.primary_settled_date

    from latest_lines
    inner join balances
        on latest_lines.claim_key = balances.claim_key
    left join rework
        on latest_lines.claim_key = rework.claim_key

),

outcomes as (

    select
        claim_line_key,

        case
            -- a void that settles the account corrects what had been sent
            when not is_decided and is_settled then 'corrected'
            when not is_decided then 'open'
            when not is_still_denied and is_overturned then 'overturned'
            when not is_still_denied then 'corrected'
            when denied_to_patient_amount > 0 then 'transferred'
            when has_open_appeal then 'appealed'
            when appealed_date is not null then 'upheld'
            when written_off_amount > 0 and worked_date is null then 'never_worked'
            when written_off_amount > 0 then 'written_off'
            else 'open'
        end as outcome,

        cast(
            case when is_still_denied then 0 else payer_paid_amount end as {{ type_money() }}
        ) as recovered_amount,
        cast(
            case when is_still_denied then written_off_amount else 0 end as {{ type_money() }}
        ) as written_off_amount,

        worked_date,
        appealed_date,
        case
            when not is_decided
                then
                    case when is_settled then primary_settled_date end
            when not is_still_denied or denied_to_patient_amount > 0 then latest_remittance_date
            when written_off_amount > 0 then denial_writeoff_date
        end as resolved_date

    from followed

)

select * from outcomes
