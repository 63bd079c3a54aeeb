-- Which denials make a reason's share? Each initial denial of the payer and month is in the
-- denominator of each of its reasons, and in the numerator of its own, of each cell of
-- kpi_denial_reasons.
with

cells as (

    select * from {{ ref('kpi_denial_reasons') }}

),

claims as (

    select * from {{ ref('fct_claims') }}

),

payers as (

    select * from {{ ref('dim_payer') }}

),

denials as (

    select * from {{ ref('fct_denials') }}
    where is_initial

),

denied_lines as (

    select
        denials.denial_key,
        denials.claim_key,
        payers.current_payer_key as payer_key,
        denials.denial_reason_key,

        denials.billed_amount,

        cast({{ dbt.date_trunc('month', 'denials.denied_date') }} as date) as month_start_date

    from denials
    inner join claims
        on denials.claim_key = claims.claim_key
    inner join payers
        on claims.payer_key = payers.payer_key

),

quantified as (

    select
        cells.kpi_denial_reasons_key,
        denied_lines.denial_key,
        denied_lines.claim_key,

        cells.measure,

        case when cells.measure = 'lines' then 1 else denied_lines.billed_amount end as quantity,

        cells.denial_reason_key = denied_lines.denial_reason_key as is_of_reason,

        cells.month_start_date

    from cells
    inner join denied_lines
        on
            cells.payer_key = denied_lines.payer_key
            and cells.month_start_date = denied_lines.month_start_date
    where {{ is_of_cell('cells.kpi_denial_reasons_key') }}

),

drilled as (

    select
        kpi_denial_reasons_key,
        denial_key,
        claim_key,

        measure,

        case when is_of_reason then quantity else 0 end as numerator,
        quantity as denominator,

        month_start_date

    from quantified

)

select * from drilled
