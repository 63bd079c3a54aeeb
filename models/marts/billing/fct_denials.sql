{{ config(materialized='incremental', unique_key='remittance_claim_key') }}

{% set followed_amounts = [
    ('recovered_amount', 0),
    ('transferred_amount', 0),
    ('adjusted_amount', 0),
    ('written_off_amount', 0),
    ('open_amount', 'denied_lines.denied_amount'),
] %}

with

denied_lines as (

    select * from {{ ref('int_denials__lines') }}

),

outcomes as (

    select * from {{ ref('int_denials__outcomes') }}

),

denial_reasons as (

    select * from {{ ref('denial_reasons') }}

),

joined as (

    -- a line that was refused again carries its outcome on each refusal, its money on the first,
    -- so that recovered and written-off dollars add up; a denial of no line of ours stays open
    select
        {{ surrogate_key(
            ['denied_lines.remittance_claim_id', 'denied_lines.remittance_line_id']
        ) }} as denial_key,
        {{ surrogate_key(['denied_lines.remittance_claim_id']) }} as remittance_claim_key,
        denied_lines.claim_key,
        denied_lines.claim_line_key,
        {{ surrogate_key(['denied_lines.denial_reason_id']) }} as denial_reason_key,
        denied_lines.payer_key,
        denied_lines.provider_key,
        denied_lines.facility_key,
        {{ surrogate_key(['denied_lines.procedure_id']) }} as procedure_key,
        case
            when outcomes.last_appeal_id is not null
                then {{ surrogate_key(['outcomes.last_appeal_id']) }}
        end as last_appeal_key,

        denied_lines.rarc,
        denied_lines.denial_level,
        coalesce(outcomes.outcome, 'open') as outcome,
        outcomes.last_appeal_decision,

        denied_lines.billed_amount,
        denied_lines.denied_amount,
        -- what became of the dollars that the first refusal denied: these five make them up
        {% for amount, otherwise in followed_amounts -%}
            cast(
                case
                    when denied_lines.is_repeat then 0
                    else coalesce(outcomes.{{ amount }}, {{ otherwise }})
                end as {{ type_money() }}
            ) as {{ amount }},
        {% endfor -%}
        cast(coalesce(outcomes.touch_count, 0) as integer) as touch_count,
        cast(coalesce(outcomes.appeal_round_count, 0) as integer) as appeal_round_count,
        {{ days_between('denied_lines.denied_date', 'outcomes.resolved_date') }}
            as days_to_resolution,

        denied_lines.is_initial,
        denied_lines.is_repeat,
        denial_reasons.is_preventable,
        denied_lines.claim_key is not null as is_matched,

        denied_lines.denied_date,
        outcomes.worked_date,
        outcomes.corrected_date,
        outcomes.appealed_date,
        outcomes.resolved_date

    from denied_lines
    inner join denial_reasons
        on denied_lines.denial_reason_id = denial_reasons.denial_reason_id
    left join outcomes
        on denied_lines.claim_line_key = outcomes.claim_line_key

)

select * from joined
