-- Which denials make the rate of a category? One row per denied line that counts in a cell of
-- kpi_denial_rate_by_category, and one per remitted line that it is divided by: each category of a
-- payer, facility and month is divided by the same lines.
with

cells as (

    select * from {{ ref('kpi_denial_rate_by_category') }}
    where {{ is_of_cell('kpi_denial_rate_by_category_key') }}

),

claims as {{ inlined() }} (

    select * from {{ ref('fct_claims') }}

),

denials as {{ inlined() }} (

    select * from {{ ref('fct_denials') }}
    where is_initial

),

lines as {{ inlined() }} (

    select * from {{ ref('int_claims__lines') }}
    where is_remitted

),

payers as (

    select * from {{ ref('dim_payer') }}

),

denial_reasons as (

    select * from {{ ref('dim_denial_reason') }}

),

denied_lines as {{ inlined() }} (

    select
        denials.claim_key,
        denials.claim_line_key as charge_key,
        payers.current_payer_key as payer_key,
        claims.facility_key,
        denial_reasons.denial_category,
        denials.billed_amount,
        cast({{ dbt.date_trunc('month', 'denials.denied_date') }} as date) as month_start_date

    from denials
    inner join claims
        on denials.claim_key = claims.claim_key
    inner join payers
        on claims.payer_key = payers.payer_key
    inner join denial_reasons
        on denials.denial_reason_key = denial_reasons.denial_reason_key

),

remitted_lines as {{ inlined() }} (

    select
        lines.claim_key,
        lines.charge_key,
        payers.current_payer_key as payer_key,
        lines.facility_key,
        lines.billed_amount,
        cast({{ dbt.date_trunc('month', 'lines.first_remittance_date') }} as date)
            as month_start_date

    from lines
    inner join payers
        on lines.payer_key = payers.payer_key

),

drilled as (

    select
        cells.kpi_denial_rate_by_category_key,
        denied_lines.claim_key,
        denied_lines.charge_key,

        case when cells.measure = 'dollars' then denied_lines.billed_amount else 1 end
            as numerator,
        0 as denominator

    from cells
    inner join denied_lines
        on
            cells.payer_key = denied_lines.payer_key
            and cells.facility_key = denied_lines.facility_key
            and cells.denial_category = denied_lines.denial_category
            and cells.month_start_date = denied_lines.month_start_date

    union all

    select
        cells.kpi_denial_rate_by_category_key,
        remitted_lines.claim_key,
        remitted_lines.charge_key,

        0 as numerator,
        case when cells.measure = 'dollars' then remitted_lines.billed_amount else 1 end
            as denominator

    from cells
    inner join remitted_lines
        on
            cells.payer_key = remitted_lines.payer_key
            and cells.facility_key = remitted_lines.facility_key
            and cells.month_start_date = remitted_lines.month_start_date

)

select * from drilled
