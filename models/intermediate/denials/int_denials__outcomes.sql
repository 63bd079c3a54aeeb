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

    select distinct claim_line_key
    from denied_lines
    where claim_line_key is not null

),

latest_lines as (

    -- how each line that was ever denied stands after the last adjudication of its claim
    select
        lines.claim_line_key,
        remittance_claims.claim_key,

        lines.payer_paid_amount,
        lines.denied_amount - lines.denied_to_patient_amount as denied_amount,
        lines.denied_to_patient_amount,
        sum(lines.denied_amount - lines.denied_to_patient_amount) over (
            partition by remittance_claims.claim_key
            order by lines.line_sequence, lines.claim_line_key
            rows between unbounded preceding and current row
        ) as cumulative_denied_amount,

        lines.is_denied,

        remittance_claims.remittance_date

    from ever_denied_lines
    inner join lines
        on ever_denied_lines.claim_line_key = lines.claim_line_key
    inner join remittance_claims
        on
            lines.remittance_claim_id = remittance_claims.remittance_claim_id
            and remittance_claims.is_latest_adjudication

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
        coalesce(rework.has_open_appeal, false) as has_open_appeal,
        coalesce(rework.is_overturned, false) as is_overturned,

        rework.worked_date,
        rework.appealed_date,
        latest_lines.remittance_date as latest_remittance_date,
        balances.denial_writeoff_date

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
            when not is_still_denied or denied_to_patient_amount > 0 then latest_remittance_date
            when written_off_amount > 0 then denial_writeoff_date
        end as resolved_date

    from followed

)

select * from outcomes
