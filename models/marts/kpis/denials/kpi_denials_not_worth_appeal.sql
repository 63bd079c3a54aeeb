{# Appeals are few: two years of decisions. #}
{% set decision_days = 730 %}
{# Fewer decided rounds than this say nothing by themselves. #}
{% set sample_floor = 30 %}
{# No claim with so many denied dollars is ever given up by a rule. #}
{% set high_dollar_amount = 5000 %}

with

appeals as (

    select * from {{ ref('fct_appeals') }}
    where denial_reason_key is not null

),

denials as (

    select * from {{ ref('fct_denials') }}
    where
        not is_repeat
        and is_matched
        and open_amount > 0
        and appealed_date is null

),

payers as (

    select * from {{ ref('dim_payer') }}

),

denial_reasons as (

    select * from {{ ref('dim_denial_reason') }}

),

rework_costs as (

    select * from {{ ref('int_denials__rework_costs') }}
    where work_type = 'appeal'

),

targets as (

    select * from {{ ref('kpi_targets') }}
    where kpi_id = 'appeal_yield_rate'

),

as_of as (

    select * from {{ ref('int_calendar__as_of') }}

),

appeal_work as (

    select sum(cost_amount) as cost_amount
    from rework_costs

),

appeal_rounds as (

    select count(*) as round_count
    from appeals

),

round_costs as (

    -- what a round costs by the hospital's own minutes
    select {{ rate('appeal_work.cost_amount', 'appeal_rounds.round_count') }} as cost_per_round
    from appeal_work
    cross join appeal_rounds

),

decided as (

    select
        payers.current_payer_key as payer_key,
        appeals.denial_reason_key,

        count(*) as decided_count,
        sum(case when appeals.is_overturned then 1 else 0 end) as won_count,
        sum(appeals.appealed_amount) as appealed_amount,
        sum(appeals.recovered_amount) as recovered_amount,
        sum(appeals.appealed_amount * appeals.appealed_amount) as appealed_amount_squared

    from appeals
    inner join payers
        on appeals.payer_key = payers.payer_key
    cross join as_of
    where
        appeals.decided_date <= as_of.as_of_date
        and {{ days_between('appeals.decided_date', 'as_of.as_of_date') }} < {{ decision_days }}
    group by payers.current_payer_key, appeals.denial_reason_key

),

decided_by_all_payers as (

    select
        denial_reason_key,

        sum(decided_count) as decided_count,
        sum(won_count) as won_count,
        sum(appealed_amount) as appealed_amount,
        sum(recovered_amount) as recovered_amount,
        sum(appealed_amount_squared) as appealed_amount_squared

    from decided
    group by denial_reason_key

),

open_lines as (

    select
        payers.current_payer_key as payer_key,
        denials.denial_reason_key,

        denials.open_amount,
        -- a round fights all lines of a claim at once, so its cost is the claim's
        sum(denials.open_amount) over (partition by denials.claim_key) as claim_open_amount

    from denials
    inner join payers
        on denials.payer_key = payers.payer_key

),

cells as (

    select
        payer_key,
        denial_reason_key
    from decided

    union

    select
        payer_key,
        denial_reason_key
    from open_lines

),

based as (

    select
        cells.payer_key,
        cells.denial_reason_key,

        denial_reasons.denial_category,
        case
            when decided.decided_count >= {{ sample_floor }} then 'payer and reason'
            when decided_by_all_payers.decided_count >= {{ sample_floor }} then 'reason'
            else 'too few appeals'
        end as basis,

        coalesce(decided.recovered_amount, 0) as recovered_amount,
        coalesce(decided.appealed_amount, 0) as appealed_amount,
        coalesce(decided.decided_count, 0) as decided_count,
        coalesce(decided.won_count, 0) as won_count,
        {% for total in [
            'decided_count', 'won_count', 'appealed_amount', 'recovered_amount',
            'appealed_amount_squared'
        ] -%}
            case
                when decided.decided_count >= {{ sample_floor }} then decided.{{ total }}
                when decided_by_all_payers.decided_count >= {{ sample_floor }}
                    then decided_by_all_payers.{{ total }}
            end as basis_{{ total }},
        {% endfor %}
        denial_reasons.is_appealable,
        -- what better paperwork can win stays on the list however the last rounds went
        denial_reasons.is_preventable and denial_reasons.is_appealable as is_guarded

    from cells
    inner join denial_reasons
        on cells.denial_reason_key = denial_reasons.denial_reason_key
    left join decided
        on
            cells.payer_key = decided.payer_key
            and cells.denial_reason_key = decided.denial_reason_key
    left join decided_by_all_payers
        on cells.denial_reason_key = decided_by_all_payers.denial_reason_key

),

weighed as (

    -- the effective number of appeals of equal size (Kish), as in int_denials__recovery_rates
    select
        payer_key,
        denial_reason_key,

        denial_category,
        basis,

        recovered_amount,
        appealed_amount,
        decided_count,
        won_count,
        basis_decided_count,
        basis_won_count,
        {{ rate('basis_recovered_amount', 'basis_appealed_amount') }} as basis_rate,
        {{ rate('basis_appealed_amount', 'basis_decided_count') }} as basis_amount_per_round,
        cast(
            {{ rate(
                'basis_appealed_amount',
                rate('basis_appealed_amount_squared', 'basis_appealed_amount')
            ) }} as {{ type_money() }}
        ) as effective_count,

        is_appealable,
        is_guarded

    from based

),

shared as (

    select
        payer_key,
        denial_reason_key,

        denial_category,
        basis,

        recovered_amount,
        appealed_amount,
        decided_count,
        won_count,
        basis_decided_count,
        basis_won_count,
        basis_rate,
        basis_amount_per_round,
        effective_count,
        cast(basis_rate * effective_count as {{ type_money() }}) as effective_recovered_count,

        is_appealable,
        is_guarded

    from weighed

),

bounded as (

    select
        shared.payer_key,
        shared.denial_reason_key,

        shared.denial_category,
        shared.basis,

        shared.recovered_amount,
        shared.appealed_amount,
        shared.decided_count,
        shared.won_count,
        shared.basis_decided_count,
        shared.basis_won_count,
        shared.basis_rate,
        {{ wilson_bound('shared.effective_recovered_count', 'shared.effective_count', '-') }}
            as basis_rate_lower,
        {{ wilson_bound('shared.effective_recovered_count', 'shared.effective_count', '+') }}
            as basis_rate_upper,
        shared.basis_amount_per_round,
        round_costs.cost_per_round,

        shared.is_appealable,
        shared.is_guarded

    from shared
    cross join round_costs

),

advised as (

    -- rounds that were fought tell more than the list of reasons that can be appealed; a reason is
    -- given up only if the doubt does not help it: even at the upper bound its average
    -- round does not earn its cost, or so many rounds have won nothing at all
    select
        payer_key,
        denial_reason_key,

        denial_category,
        basis,
        case
            when basis = 'too few appeals' and not is_appealable then 'no appeal for this reason'
            when basis = 'too few appeals' then 'too few appeals to tell'
            when
                not is_guarded
                and (
                    basis_won_count = 0
                    or basis_amount_per_round * basis_rate_upper < cost_per_round
                )
                then 'give up below high dollars'
            else 'appeal from the break-even on'
        end as advice,

        recovered_amount,
        appealed_amount,
        decided_count,
        won_count,
        basis_decided_count,
        basis_rate,
        basis_rate_lower,
        basis_rate_upper,
        cost_per_round,
        -- with the benefit of the doubt: at the upper bound
        {{ rate('cost_per_round', 'basis_rate_upper') }} as break_even_amount,

        is_guarded

    from bounded

),

spared as (

    select
        advised.payer_key,
        advised.denial_reason_key,

        count(*) as open_denial_count,
        sum(open_lines.open_amount) as open_amount,
        sum(
            case
                when open_lines.claim_open_amount >= {{ high_dollar_amount }} then 0
                when advised.advice = 'give up below high dollars' then 1
                when
                    advised.advice = 'appeal from the break-even on'
                    and open_lines.claim_open_amount < advised.break_even_amount
                    then 1
                else 0
            end
        ) as spared_denial_count,
        sum(
            case
                when open_lines.claim_open_amount >= {{ high_dollar_amount }} then 0
                when advised.advice = 'give up below high dollars' then open_lines.open_amount
                when
                    advised.advice = 'appeal from the break-even on'
                    and open_lines.claim_open_amount < advised.break_even_amount
                    then open_lines.open_amount
                else 0
            end
        ) as spared_amount

    from advised
    inner join open_lines
        on
            advised.payer_key = open_lines.payer_key
            and advised.denial_reason_key = open_lines.denial_reason_key
    group by advised.payer_key, advised.denial_reason_key

),

completed as (

    select
        {{ surrogate_key([
            'advised.payer_key', 'advised.denial_reason_key', 'as_of.as_of_date'
        ]) }} as kpi_denials_not_worth_appeal_key,
        advised.payer_key,
        advised.denial_reason_key,

        'appeal_yield_rate' as kpi_id,
        'RCM-APPEAL-YIELD' as definition_id,
        advised.denial_category,
        advised.advice,
        advised.basis,

        cast(advised.recovered_amount as {{ type_money() }}) as numerator,
        cast(advised.appealed_amount as {{ type_money() }}) as denominator,
        {{ rate('advised.recovered_amount', 'advised.appealed_amount') }} as rate,
        cast(targets.target_value as {{ type_rate() }}) as target_rate,
        cast(advised.decided_count as integer) as decided_count,
        cast(advised.won_count as integer) as won_count,
        cast(advised.basis_decided_count as integer) as basis_decided_count,
        advised.basis_rate,
        advised.basis_rate_lower,
        advised.basis_rate_upper,
        cast(round(advised.cost_per_round, 2) as {{ type_money() }}) as cost_per_round_amount,
        cast(round(advised.break_even_amount, 2) as {{ type_money() }}) as break_even_amount,
        cast(coalesce(spared.open_denial_count, 0) as integer) as open_denial_count,
        cast(coalesce(spared.open_amount, 0) as {{ type_money() }}) as open_amount,
        cast(coalesce(spared.spared_denial_count, 0) as integer) as spared_denial_count,
        cast(coalesce(spared.spared_amount, 0) as {{ type_money() }}) as spared_amount,

        advised.is_guarded,
        advised.decided_count < {{ sample_floor }} as is_small_sample,

        as_of.as_of_date

    from advised
    cross join as_of
    left join spared
        on
            advised.payer_key = spared.payer_key
            and advised.denial_reason_key = spared.denial_reason_key
    left join targets
        on targets.kpi_id = 'appeal_yield_rate'

)

select * from completed
