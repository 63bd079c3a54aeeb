-- Which claims make a share of kpi_payer_mix? All claims of the facility and month of service are
-- its denominator, those of the payer class its numerator.
with

cells as (

    select * from {{ ref('kpi_payer_mix') }}

),

claims as (

    select * from {{ ref('fct_claims') }}

),

payers as (

    select * from {{ ref('dim_payer') }}

),

classed_payers as (

    select
        payers.payer_key,
        current_payers.payer_class

    from payers
    inner join payers as current_payers
        on payers.current_payer_key = current_payers.payer_key

),

classed_claims as (

    select
        claims.claim_key,
        claims.facility_key,
        classed_payers.payer_class,
        claims.billed_amount,
        claims.expected_allowed_amount - claims.charity_amount as net_revenue_amount,
        cast({{ dbt.date_trunc('month', 'claims.service_date') }} as date) as month_start_date

    from claims
    inner join classed_payers
        on claims.payer_key = classed_payers.payer_key

)

select
    cells.kpi_payer_mix_key,
    classed_claims.claim_key,

    cells.measure,
    classed_claims.payer_class,

    case
        when cells.payer_class <> classed_claims.payer_class then 0
        when cells.measure = 'claims' then 1
        when cells.measure = 'charges' then classed_claims.billed_amount
        else classed_claims.net_revenue_amount
    end as numerator,
    case
        when cells.measure = 'claims' then 1
        when cells.measure = 'charges' then classed_claims.billed_amount
        else classed_claims.net_revenue_amount
    end as denominator

from cells
inner join classed_claims
    on
        cells.facility_key = classed_claims.facility_key
        and cells.month_start_date = classed_claims.month_start_date
where {{ is_of_cell('cells.kpi_payer_mix_key') }}
