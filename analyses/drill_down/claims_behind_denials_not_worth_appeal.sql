-- Which appeals made the yield of a payer and reason? Each round decided in the two years behind
-- each cell of kpi_denials_not_worth_appeal; a cell of open denials alone has none.
with

cells as (

    select * from {{ ref('kpi_denials_not_worth_appeal') }}

),

appeals as (

    select * from {{ ref('fct_appeals') }}

),

payers as (

    select * from {{ ref('dim_payer') }}

),

drilled as (

    select
        cells.kpi_denials_not_worth_appeal_key,
        appeals.appeal_key,
        appeals.claim_key,

        appeals.decision,

        appeals.recovered_amount as numerator,
        appeals.appealed_amount as denominator,

        appeals.decided_date,
        cells.as_of_date

    from appeals
    inner join payers
        on appeals.payer_key = payers.payer_key
    inner join cells
        on
            payers.current_payer_key = cells.payer_key
            and appeals.denial_reason_key = cells.denial_reason_key
    where
        appeals.decided_date <= cells.as_of_date
        and {{ days_between('appeals.decided_date', 'cells.as_of_date') }} < 730
        and {{ is_of_cell('cells.kpi_denials_not_worth_appeal_key') }}

)

select * from drilled
