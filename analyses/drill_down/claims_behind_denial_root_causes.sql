-- Which denials did a cause cost? Each denial that was made, lost or worked in the twelve months,
-- behind each cell of kpi_denial_root_causes.
with

cells as (

    select * from {{ ref('kpi_denial_root_causes') }}

),

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

followed as (

    select
        cells.kpi_denial_root_causes_key,
        denials.denial_key,
        denials.claim_key,

        denials.denied_amount,
        denials.written_off_amount,
        coalesce(
            {{ rate('charges.expected_allowed_amount', 'charges.charge_amount') }}, 1
        ) as allowed_rate,

        denials.denied_date,
        denials.resolved_date,
        cast({{ dbt.dateadd('month', -12, 'cells.as_of_date') }} as date) as year_before_date,
        cells.as_of_date

    from denials
    inner join payers
        on denials.payer_key = payers.payer_key
    inner join denial_reasons
        on denials.denial_reason_key = denial_reasons.denial_reason_key
    inner join procedures
        on denials.procedure_key = procedures.procedure_key
    inner join cells
        on
            payers.current_payer_key = cells.payer_key
            and denial_reasons.denial_category = cells.denial_category
            and procedures.procedure_family = cells.procedure_family
            and denials.is_preventable = cells.is_preventable
    left join charges
        on denials.claim_line_key = charges.charge_key
    where {{ is_of_cell('cells.kpi_denial_root_causes_key') }}

),

entries as (

    select
        kpi_denial_root_causes_key,
        denial_key,
        claim_key,

        'denied' as entry_type,

        0 as numerator,
        round(denied_amount * allowed_rate, 2) as denominator,

        as_of_date
    from followed
    where denied_date > year_before_date and denied_date <= as_of_date

    union all

    select
        kpi_denial_root_causes_key,
        denial_key,
        claim_key,

        'lost' as entry_type,

        round(written_off_amount * allowed_rate, 2) as numerator,
        0 as denominator,

        as_of_date
    from followed
    where resolved_date > year_before_date and resolved_date <= as_of_date

    union all

    select
        followed.kpi_denial_root_causes_key,
        followed.denial_key,
        followed.claim_key,

        'worked' as entry_type,

        round(sum(rework_costs.cost_amount), 2) as numerator,
        0 as denominator,

        followed.as_of_date

    from followed
    inner join rework_costs
        on followed.denial_key = rework_costs.denial_key
    where
        rework_costs.worked_date > followed.year_before_date
        and rework_costs.worked_date <= followed.as_of_date
    group by
        followed.kpi_denial_root_causes_key,
        followed.denial_key,
        followed.claim_key,
        followed.as_of_date

),

drilled as (

    select
        kpi_denial_root_causes_key,
        denial_key,
        claim_key,

        entry_type,

        numerator,
        denominator,

        as_of_date

    from entries

)

select * from drilled
