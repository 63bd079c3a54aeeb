{# The normal quantile of a 95 % interval. #}
{% set z = 1.959964 %}

with

denials as (

    select * from {{ ref('fct_denials') }}
    where not is_repeat and is_matched

),

charges as (

    select * from {{ ref('fct_charges') }}

),

payers as (

    select * from {{ ref('dim_payer') }}

),

denial_reasons as (

    select * from {{ ref('dim_denial_reason') }}

),

procedures as (

    select * from {{ ref('dim_procedure') }}

),

rework_costs as (

    select * from {{ ref('int_denials__rework_costs') }}

),

targets as (

    select * from {{ ref('kpi_targets') }}
    where kpi_id = 'denial_leakage_rate'

),

as_of as (

    select * from {{ ref('int_calendar__as_of') }}

),

year as (

    select
        as_of_date,
        cast({{ dbt.dateadd('month', -12, 'as_of_date') }} as date) as year_before_date
    from as_of

),

worked_in_year as (

    select
        rework_costs.denial_key,

        sum(rework_costs.minutes) as minutes,
        sum(rework_costs.cost_amount) as cost_amount

    from rework_costs
    cross join year
    where
        rework_costs.worked_date > year.year_before_date
        and rework_costs.worked_date <= year.as_of_date
    group by rework_costs.denial_key

),

followed as (

    -- flows of the twelve months: denied by the day of the denial, recovered and lost by the day of
    -- the resolution, work by the day of the work. A lost dollar at charges was never to come
    -- whole: what the contract allows for the line is what the denial cost
    select
        payers.current_payer_key as payer_key,

        denial_reasons.denial_category,
        procedures.procedure_family,

        denials.denied_amount,
        denials.recovered_amount,
        denials.written_off_amount,
        {{ rate('charges.expected_allowed_amount', 'charges.charge_amount') }} as allowed_rate,
        coalesce(worked_in_year.minutes, 0) as minutes,
        coalesce(worked_in_year.cost_amount, 0) as cost_amount,

        denials.is_preventable,
        denials.denied_date > year.year_before_date and denials.denied_date <= year.as_of_date
            as is_denied_in_year,
        coalesce(
            denials.resolved_date > year.year_before_date
            and denials.resolved_date <= year.as_of_date, false
        ) as is_resolved_in_year,

        year.as_of_date

    from denials
    inner join payers
        on denials.payer_key = payers.payer_key
    inner join denial_reasons
        on denials.denial_reason_key = denial_reasons.denial_reason_key
    inner join procedures
        on denials.procedure_key = procedures.procedure_key
    cross join year
    left join charges
        on denials.claim_line_key = charges.charge_key
    left join worked_in_year
        on denials.denial_key = worked_in_year.denial_key

),

valued as (

    -- a line without a contract is allowed what it is charged, as fct_charges has it. In cents per
    -- denial, so that denials add up to their cell
    select
        payer_key,

        denial_category,
        procedure_family,

        case when is_denied_in_year then denied_amount else 0 end as denied_amount,
        cast(
            case
                when is_denied_in_year then round(denied_amount * coalesce(allowed_rate, 1), 2)
                else 0
            end as {{ type_money() }}
        ) as denied_net_amount,
        case when is_resolved_in_year then recovered_amount else 0 end as recovered_amount,
        case when is_resolved_in_year then written_off_amount else 0 end as lost_amount,
        cast(
            case
                when
                    is_resolved_in_year
                    then round(written_off_amount * coalesce(allowed_rate, 1), 2)
                else 0
            end as {{ type_money() }}
        ) as lost_net_amount,
        minutes,
        cast(round(cost_amount, 2) as {{ type_money() }}) as cost_amount,

        is_preventable,
        is_denied_in_year,

        as_of_date

    from followed
    where is_denied_in_year or is_resolved_in_year or minutes > 0

),

summed as (

    -- losses come by chance in number and in size: a compound Poisson sum, whose variance is the
    -- sum of the squares. No share, so no Wilson
    select
        payer_key,

        denial_category,
        procedure_family,

        sum(case when is_denied_in_year then 1 else 0 end) as denial_count,
        sum(denied_amount) as denied_amount,
        sum(denied_net_amount) as denied_net_amount,
        sum(recovered_amount) as recovered_amount,
        sum(lost_amount) as lost_amount,
        sum(lost_net_amount) as lost_net_amount,
        sum(minutes) as rework_minutes,
        sum(cost_amount) as rework_cost_amount,
        sum((lost_net_amount + cost_amount) * (lost_net_amount + cost_amount)) as squared_amount,

        is_preventable,

        as_of_date

    from valued
    group by payer_key, denial_category, procedure_family, is_preventable, as_of_date

),

rounded as (

    select
        payer_key,

        denial_category,
        procedure_family,

        cast(denial_count as integer) as denial_count,
        cast(lost_net_amount + rework_cost_amount as {{ type_money() }}) as numerator,
        cast(denied_net_amount as {{ type_money() }}) as denominator,
        cast(denied_amount as {{ type_money() }}) as denied_amount,
        cast(recovered_amount as {{ type_money() }}) as recovered_amount,
        cast(lost_amount as {{ type_money() }}) as lost_amount,
        cast(lost_net_amount as {{ type_money() }}) as lost_net_amount,
        cast(round(rework_minutes, 2) as {{ type_money() }}) as rework_minutes,
        cast(rework_cost_amount as {{ type_money() }}) as rework_cost_amount,
        cast(squared_amount as numeric(28, 2)) as saving_variance,

        is_preventable,

        as_of_date

    from summed

),

bounded as (

    select
        payer_key,

        denial_category,
        procedure_family,

        denial_count,
        numerator,
        denominator,
        denied_amount,
        recovered_amount,
        lost_amount,
        lost_net_amount,
        rework_minutes,
        rework_cost_amount,
        saving_variance,
        cast(
            round(cast({{ z }} * sqrt(saving_variance) as numeric(28, 6)), 2) as {{ type_money() }}
        ) as half_width_amount,

        is_preventable,

        as_of_date

    from rounded

),

rated as (

    select
        {{ surrogate_key([
            'bounded.payer_key', 'bounded.denial_category', 'bounded.procedure_family',
            'bounded.is_preventable', 'bounded.as_of_date'
        ]) }} as kpi_denial_root_causes_key,
        bounded.payer_key,

        'denial_leakage_rate' as kpi_id,
        'RCM-ROOT-CAUSE' as definition_id,
        bounded.denial_category,
        bounded.procedure_family,

        bounded.numerator,
        bounded.denominator,
        {{ rate('bounded.numerator', 'bounded.denominator') }} as rate,
        cast(targets.target_value as {{ type_rate() }}) as target_rate,
        bounded.denied_amount,
        bounded.recovered_amount,
        bounded.lost_amount,
        bounded.lost_net_amount,
        bounded.rework_minutes,
        bounded.rework_cost_amount,
        bounded.numerator as yearly_saving_amount,
        cast(greatest(bounded.numerator - bounded.half_width_amount, 0) as {{ type_money() }})
            as yearly_saving_amount_lower,
        cast(bounded.numerator + bounded.half_width_amount as {{ type_money() }})
            as yearly_saving_amount_upper,
        bounded.saving_variance,
        bounded.denial_count,

        bounded.is_preventable,
        bounded.denial_count < {{ var('small_sample_size') }} as is_small_sample,

        bounded.as_of_date

    from bounded
    left join targets
        on targets.kpi_id = 'denial_leakage_rate'

)

select * from rated
