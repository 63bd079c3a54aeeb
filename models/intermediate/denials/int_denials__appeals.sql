with

appeals as (

    select * from {{ ref('stg_billing__appeals') }}

),

accounts as (

    select * from {{ ref('int_claims__accounts') }}

),

balances as (

    select * from {{ ref('int_ar__claims_summarized') }}

),

denied_lines as (

    select * from {{ ref('int_denials__lines') }}

),

staff as (

    select * from {{ ref('int_staff__versions') }}

),

ranked_lines as (

    -- the line with the most money names what the appeal is about
    select
        claim_key,
        claim_id,
        payer_key,
        remittance_claim_id,
        denial_reason_id,

        adjudication_number,

        denied_date,

        row_number() over (
            partition by remittance_claim_id
            order by denied_amount desc, line_sequence asc, remittance_line_id asc
        ) as line_rank

    from denied_lines
    where claim_key is not null

),

keyed as (

    -- balances are of the accounts at hand, accounts of all that there are
    select
        appeals.appeal_id,
        appeals.claim_id,
        accounts.claim_key,
        accounts.payer_key,
        accounts.provider_key,
        accounts.facility_key,
        staff.staff_key,

        appeals.decision,

        appeals.appeal_round,
        appeals.appealed_amount,

        appeals.filed_date,
        appeals.deadline_date,
        appeals.decided_date,
        lag(appeals.decided_date) over (
            partition by accounts.claim_key, appeals.claim_id
            order by appeals.appeal_round, appeals.filed_date, appeals.appeal_id
        ) as previous_decided_date

    from appeals
    inner join accounts
        on appeals.patient_control_number = accounts.patient_control_number
    inner join balances
        on accounts.claim_key = balances.claim_key
    left join staff
        on
            appeals.staff_id = staff.staff_id
            and appeals.filed_date between staff.valid_from and staff.valid_to

),

disputed as (

    -- an appeal fights what the payer's last decision before it denied, of the version that it
    -- names if that was denied
    select
        keyed.appeal_id,
        ranked_lines.payer_key,
        ranked_lines.remittance_claim_id,
        ranked_lines.denial_reason_id,

        ranked_lines.denied_date,

        row_number() over (
            partition by keyed.appeal_id
            order by
                case when ranked_lines.claim_id = keyed.claim_id then 0 else 1 end,
                ranked_lines.denied_date desc,
                ranked_lines.adjudication_number desc,
                ranked_lines.remittance_claim_id desc
        ) as denial_rank

    from keyed
    inner join ranked_lines
        on
            keyed.claim_key = ranked_lines.claim_key
            and keyed.filed_date >= ranked_lines.denied_date
    where ranked_lines.line_rank = 1

),

joined as (

    select
        keyed.appeal_id,
        keyed.claim_key,
        disputed.remittance_claim_id,
        disputed.denial_reason_id,
        coalesce(disputed.payer_key, keyed.payer_key) as payer_key,
        keyed.provider_key,
        keyed.facility_key,
        keyed.staff_key,

        keyed.decision,

        keyed.appeal_round,
        keyed.appealed_amount,

        coalesce(keyed.decision in ('overturned', 'partially_overturned'), false) as is_overturned,

        disputed.denied_date,
        -- the payer's clock begins anew with its decision on the round before
        greatest(
            coalesce(keyed.previous_decided_date, disputed.denied_date),
            coalesce(disputed.denied_date, keyed.previous_decided_date)
        ) as refused_date,
        keyed.filed_date,
        keyed.deadline_date,
        keyed.decided_date

    from keyed
    left join disputed
        on
            keyed.appeal_id = disputed.appeal_id
            and disputed.denial_rank = 1

)

select * from joined
