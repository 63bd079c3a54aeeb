{{ config(materialized='incremental', unique_key='claim_key') }}

with

appeals as (

    select * from {{ ref('int_denials__appeals') }}

),

outcomes as (

    select * from {{ ref('int_denials__outcomes') }}

),

payers as (

    select * from {{ ref('int_payers__versions') }}

),

recovered_lines as (

    -- a line that the payer gave way on is won by the last round that fought it
    select
        last_appeal_id as appeal_id,

        count(*) as recovered_line_count,
        sum(recovered_amount) as recovered_amount

    from outcomes
    where outcome = 'overturned'
    group by 1

),

joined as (

    select
        appeals.appeal_id,
        appeals.claim_key,
        appeals.remittance_claim_id,
        appeals.denial_reason_id,
        appeals.payer_key,
        appeals.provider_key,
        appeals.facility_key,
        appeals.staff_key,

        appeals.decision,

        appeals.appeal_round,
        cast(appeals.appealed_amount as {{ type_money() }}) as appealed_amount,
        cast(coalesce(recovered_lines.recovered_amount, 0) as {{ type_money() }})
            as recovered_amount,
        coalesce(recovered_lines.recovered_line_count, 0) as recovered_line_count,
        payers.appeal_limit_days,
        {{ days_between('appeals.denied_date', 'appeals.filed_date') }} as days_to_file,
        {{ days_between('appeals.refused_date', 'appeals.filed_date') }} as days_since_refusal,
        {{ days_between('appeals.filed_date', 'appeals.decided_date') }} as days_to_decision,

        appeals.is_overturned,

        appeals.denied_date,
        appeals.refused_date,
        appeals.filed_date,
        appeals.deadline_date,
        appeals.decided_date

    from appeals
    inner join payers
        on appeals.payer_key = payers.payer_key
    left join recovered_lines
        on appeals.appeal_id = recovered_lines.appeal_id

),

keyed as (

    select
        -- the number of an appeal holds the account number: marts carry its hash
        {{ surrogate_key(['appeal_id']) }} as appeal_key,
        claim_key,
        case
            when remittance_claim_id is not null then {{ surrogate_key(['remittance_claim_id']) }}
        end as remittance_claim_key,
        case
            when denial_reason_id is not null then {{ surrogate_key(['denial_reason_id']) }}
        end as denial_reason_key,
        payer_key,
        provider_key,
        facility_key,
        staff_key,

        decision,

        cast(appeal_round as integer) as appeal_round,
        appealed_amount,
        recovered_amount,
        cast(recovered_line_count as integer) as recovered_line_count,
        appeal_limit_days,
        days_to_file,
        days_to_decision,

        decided_date is null as is_open,
        is_overturned,
        days_since_refusal <= appeal_limit_days as is_within_limit,

        denied_date,
        refused_date,
        filed_date,
        deadline_date,
        decided_date

    from joined

)

select * from keyed
