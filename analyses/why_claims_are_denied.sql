-- Which reasons cost the most, and what becomes of them? Denied lines of the last twelve months by
-- reason, the dearest first (Pareto). A line that was refused again counts once.
with

denials as (

    select * from {{ ref('fct_denials') }}
    where not is_repeat

),

denial_reasons as (

    select * from {{ ref('dim_denial_reason') }}

),

aging as (

    select * from {{ ref('kpi_ar_aging') }}

),

as_of as (

    select max(as_of_date) as as_of_date
    from aging

),

counted as (

    select
        denial_reasons.denial_category,
        denial_reasons.denial_reason_id,
        denial_reasons.reason_label,

        count(*) as denied_line_count,
        sum(denials.denied_amount) as denied_amount,
        sum(denials.recovered_amount) as recovered_amount,
        sum(denials.written_off_amount) as written_off_amount,
        sum(
            case when denials.outcome = 'transferred' then denials.denied_amount else 0 end
        ) as moved_to_patient_amount,
        sum(
            case when denials.outcome in ('open', 'appealed') then denials.denied_amount else 0 end
        ) as still_open_amount,
        sum(
            case when denials.outcome in ('overturned', 'corrected') then 1 else 0 end
        ) as won_line_count,
        sum(
            case when denials.outcome in ('open', 'appealed') then 0 else 1 end
        ) as decided_line_count,

        denial_reasons.is_preventable

    from denials
    inner join denial_reasons
        on denials.denial_reason_key = denial_reasons.denial_reason_key
    cross join as_of
    where denials.denied_date > {{ dbt.dateadd('month', -12, 'as_of.as_of_date') }}
    group by
        denial_reasons.denial_category,
        denial_reasons.denial_reason_id,
        denial_reasons.reason_label,
        denial_reasons.is_preventable

),

ranked as (

    select
        denial_category,
        denial_reason_id,
        reason_label,

        denied_line_count,
        denied_amount,
        cast(
            sum(denied_amount) over (
                order by denied_amount desc, denial_reason_id asc
                rows between unbounded preceding and current row
            ) / nullif(sum(denied_amount) over (), 0) as numeric(9, 4)
        ) as cumulative_share_rate,
        recovered_amount,
        written_off_amount,
        moved_to_patient_amount,
        still_open_amount,
        cast(
            1.0 * won_line_count / nullif(decided_line_count, 0) as numeric(9, 4)
        ) as won_of_decided_rate,

        is_preventable

    from counted

)

select * from ranked
order by denied_amount desc, denial_reason_id asc
