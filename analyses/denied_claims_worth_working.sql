-- What should the denial team work next? Claims with open denials that work can still win, by what
-- the contract allows for the denied lines. A claim to correct or rebill must be filed again within
-- the payer's filing limit; an appeal or documents must come within its appeal limit.
with

denials as (

    select * from {{ ref('fct_denials') }}
    where
        outcome = 'open'
        and is_matched

),

claims as (

    select * from {{ ref('fct_claims') }}

),

charges as (

    select * from {{ ref('fct_charges') }}

),

denial_reasons as (

    select * from {{ ref('dim_denial_reason') }}
    where recommended_action in ('correct_claim', 'rebill_other_payer', 'appeal', 'send_documents')

),

payers as (

    select * from {{ ref('dim_payer') }}

),

aging as (

    select * from {{ ref('kpi_ar_aging') }}

),

as_of as (

    select max(as_of_date) as as_of_date
    from aging

),

latest_denials as (

    -- a line that was refused again is worked from its latest refusal
    select
        claim_key,
        claim_line_key,
        denial_reason_key,
        payer_key,

        denied_amount,
        row_number() over (
            partition by claim_key, claim_line_key
            order by denied_date desc, denial_key asc
        ) as refusals_back,

        denied_date,
        worked_date

    from denials

),

dated as (

    select
        latest_denials.claim_key,
        claims.root_claim_id,
        payers.payer_name,
        denial_reasons.denial_reason_id,
        denial_reasons.reason_label,
        denial_reasons.recommended_action,

        latest_denials.denied_amount,
        -- where the payer named no line, all of the claim is at stake
        coalesce(
            charges.expected_allowed_amount, claims.expected_allowed_amount
        ) as expected_allowed_amount,
        row_number() over (
            partition by latest_denials.claim_key
            order by latest_denials.denied_amount desc, denial_reasons.denial_reason_id asc
        ) as reason_rank,

        latest_denials.denied_date,
        latest_denials.worked_date,
        cast(
            case
                when denial_reasons.recommended_action in ('correct_claim', 'rebill_other_payer')
                    then {{ dbt.dateadd(
                        'day', 'payers.timely_filing_limit_days', 'claims.service_date'
                    ) }}
                else {{ dbt.dateadd(
                    'day', 'payers.appeal_limit_days', 'latest_denials.denied_date'
                ) }}
            end as date
        ) as deadline_date

    from latest_denials
    inner join claims
        on latest_denials.claim_key = claims.claim_key
    inner join denial_reasons
        on latest_denials.denial_reason_key = denial_reasons.denial_reason_key
    inner join payers
        on latest_denials.payer_key = payers.payer_key
    left join charges
        on latest_denials.claim_line_key = charges.charge_key
    where latest_denials.refusals_back = 1

),

worklist as (

    -- the line with the most money names the reason; the nearest deadline rules
    select
        dated.root_claim_id,
        max(case when dated.reason_rank = 1 then dated.payer_name end) as payer_name,
        max(case when dated.reason_rank = 1 then dated.denial_reason_id end) as denial_reason_id,
        max(case when dated.reason_rank = 1 then dated.reason_label end) as reason_label,
        max(
            case when dated.reason_rank = 1 then dated.recommended_action end
        ) as recommended_action,

        count(*) as denied_line_count,
        sum(dated.denied_amount) as denied_amount,
        sum(dated.expected_allowed_amount) as expected_allowed_amount,

        count(dated.worked_date) > 0 as is_worked,

        min(dated.denied_date) as denied_date,
        min(dated.deadline_date) as deadline_date

    from dated
    inner join as_of
        on dated.deadline_date >= as_of.as_of_date
    group by dated.root_claim_id

)

select
    worklist.root_claim_id,
    worklist.payer_name,
    worklist.denial_reason_id,
    worklist.reason_label,
    worklist.recommended_action,

    worklist.denied_line_count,
    worklist.denied_amount,
    worklist.expected_allowed_amount,

    worklist.is_worked,

    worklist.denied_date,
    worklist.deadline_date

from worklist
order by worklist.expected_allowed_amount desc, worklist.root_claim_id asc
limit 100
