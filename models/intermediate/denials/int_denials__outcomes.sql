with

denied_lines as (

    select * from {{ ref('int_denials__lines') }}
    where claim_key is not null and line_control_number is not null

),

lines as (

    select * from {{ ref('int_remittances__lines_adjudicated') }}

),

remittance_claims as (

    select * from {{ ref('int_remittances__claims_adjudicated') }}

),

versions as (

    select * from {{ ref('int_claims__versions') }}

),

accounts as (

    select * from {{ ref('int_claims__accounts') }}

),

appeals as (

    select * from {{ ref('stg_billing__appeals') }}

),

work_items as (

    select * from {{ ref('stg_billing__work_items') }}
    where work_type in ('denial_rework', 'appeal')

),

writeoffs as (

    select * from {{ ref('int_ar__transactions') }}
    where transaction_type = 'denial_writeoff'

),

denied_line_chains as (

    -- all the denials of one line, from the first to the last
    select
        claim_key,
        line_control_number,

        min(denied_date) as denied_date

    from denied_lines
    group by 1, 2

),

denied_claims as (

    select
        claim_key,

        min(denied_date) as denied_date

    from denied_line_chains
    group by 1

),

latest_lines as (

    -- how each denied line stands after the last adjudication of its claim
    select
        denied_line_chains.claim_key,
        denied_line_chains.line_control_number,

        lines.payer_paid_amount,
        lines.denied_amount - lines.denied_to_patient_amount as denied_amount,
        lines.denied_to_patient_amount,
        sum(lines.denied_amount - lines.denied_to_patient_amount) over (
            partition by denied_line_chains.claim_key
            order by lines.line_sequence, denied_line_chains.line_control_number
            rows between unbounded preceding and current row
        ) - (lines.denied_amount - lines.denied_to_patient_amount) as denied_before_amount,

        lines.is_denied,

        remittance_claims.remittance_date

    from denied_line_chains
    inner join remittance_claims
        on
            denied_line_chains.claim_key = remittance_claims.claim_key
            and remittance_claims.is_latest_adjudication
    inner join lines
        on
            remittance_claims.remittance_claim_id = lines.remittance_claim_id
            and denied_line_chains.line_control_number = lines.line_control_number

),

corrections as (

    select
        denied_claims.claim_key,

        min(versions.submitted_date) as corrected_date

    from denied_claims
    inner join accounts
        on denied_claims.claim_key = accounts.claim_key
    inner join versions
        on
            accounts.patient_control_number = versions.root_patient_control_number
            and versions.frequency_code = '7'
            and versions.submitted_date >= denied_claims.denied_date
    group by 1

),

appeals_by_claim as (

    select
        denied_claims.claim_key,

        max(case when appeals.decided_date is null then 1 else 0 end) = 1 as has_open_appeal,
        max(
            case when appeals.decision in ('overturned', 'partially_overturned') then 1 else 0 end
        ) = 1 as is_overturned,

        min(appeals.filed_date) as appealed_date

    from denied_claims
    inner join accounts
        on denied_claims.claim_key = accounts.claim_key
    inner join appeals
        on
            accounts.patient_control_number = appeals.patient_control_number
            and appeals.filed_date >= denied_claims.denied_date
    group by 1

),

touches as (

    select
        denied_claims.claim_key,

        min(work_items.worked_date) as touched_date

    from denied_claims
    inner join accounts
        on denied_claims.claim_key = accounts.claim_key
    inner join work_items
        on
            accounts.patient_control_number = work_items.patient_control_number
            and work_items.worked_date >= denied_claims.denied_date
    group by 1

),

writeoffs_by_claim as (

    select
        denied_claims.claim_key,

        cast(sum(-writeoffs.amount) as {{ type_money() }}) as written_off_amount,

        max(writeoffs.post_date) as written_off_date

    from denied_claims
    inner join writeoffs
        on denied_claims.claim_key = writeoffs.claim_key
    group by 1

),

followed as (

    select
        latest_lines.claim_key,
        latest_lines.line_control_number,

        latest_lines.payer_paid_amount,
        latest_lines.denied_amount as still_denied_amount,
        latest_lines.denied_to_patient_amount,
        -- a claim's write-off fills its denied lines in their order, each up to what is denied
        greatest(
            least(
                latest_lines.denied_amount,
                coalesce(writeoffs_by_claim.written_off_amount, 0)
                - latest_lines.denied_before_amount
            ),
            0
        ) as written_off_amount,

        latest_lines.is_denied as is_still_denied,
        coalesce(appeals_by_claim.has_open_appeal, false) as has_open_appeal,
        coalesce(appeals_by_claim.is_overturned, false) as is_overturned,

        least(
            coalesce(touches.touched_date, cast('9999-12-31' as date)),
            coalesce(corrections.corrected_date, cast('9999-12-31' as date)),
            coalesce(appeals_by_claim.appealed_date, cast('9999-12-31' as date))
        ) as first_worked_date,
        appeals_by_claim.appealed_date,
        latest_lines.remittance_date as latest_remittance_date,
        writeoffs_by_claim.written_off_date

    from latest_lines
    left join corrections
        on latest_lines.claim_key = corrections.claim_key
    left join appeals_by_claim
        on latest_lines.claim_key = appeals_by_claim.claim_key
    left join touches
        on latest_lines.claim_key = touches.claim_key
    left join writeoffs_by_claim
        on latest_lines.claim_key = writeoffs_by_claim.claim_key

),

outcomes as (

    -- claims without rework reach their write-off never worked
    select
        claim_key,
        line_control_number,

        case
            when not is_still_denied and is_overturned then 'overturned'
            when not is_still_denied then 'corrected'
            when denied_to_patient_amount > 0 then 'transferred'
            when has_open_appeal then 'appealed'
            when appealed_date is not null then 'upheld'
            when written_off_amount > 0 and first_worked_date = cast('9999-12-31' as date)
                then 'never_worked'
            when written_off_amount > 0 then 'written_off'
            else 'open'
        end as outcome,

        cast(
            case when is_still_denied then 0 else payer_paid_amount end as {{ type_money() }}
        ) as recovered_amount,
        cast(
            case when is_still_denied then written_off_amount else 0 end as {{ type_money() }}
        ) as written_off_amount,

        nullif(first_worked_date, cast('9999-12-31' as date)) as worked_date,
        appealed_date,
        case
            when not is_still_denied or denied_to_patient_amount > 0 then latest_remittance_date
            when written_off_amount > 0 then written_off_date
        end as resolved_date

    from followed

)

select * from outcomes
