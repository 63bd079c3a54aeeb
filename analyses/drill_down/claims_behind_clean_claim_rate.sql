-- Which claims make a clean claim rate? As many rows as a cell's denominator; the clean ones are
-- its numerator.
with

cells as (

    select * from {{ ref('kpi_clean_claim_rate') }}

),

claims as (

    select * from {{ ref('fct_claims') }}
    where is_clean_claim is not null

),

payers as (

    select * from {{ ref('dim_payer') }}

),

drilled as (

    select
        cells.kpi_clean_claim_rate_key,
        claims.claim_key,

        case when claims.is_clean_claim then 1 else 0 end as numerator,
        1 as denominator,

        claims.final_bill_date,
        claims.first_submitted_date

    from claims
    inner join payers
        on claims.payer_key = payers.payer_key
    inner join cells
        on
            payers.current_payer_key = cells.payer_key
            and claims.facility_key = cells.facility_key
            and claims.department_key = cells.department_key
            and claims.claim_type = cells.claim_type
            and cast({{ dbt.date_trunc('month', 'claims.first_submitted_date') }} as date)
            = cells.month_start_date
    where {{ is_of_cell('cells.kpi_clean_claim_rate_key') }}

)

select * from drilled
