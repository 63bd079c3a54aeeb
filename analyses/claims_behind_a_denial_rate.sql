-- Which claims make a denial rate? The claims of one cell of kpi_denial_rate: here the highest
-- remittance denial rate (AR-5) of the last mature month, of a cell with enough claims if there is
-- one. As many rows as the cell's denominator; those with is_initially_denied are its numerator.
with

denial_rates as (

    select * from {{ ref('kpi_denial_rate') }}
    where
        definition_id = 'AR-5'
        and measure = 'claims'
        and is_mature

),

claims as (

    select * from {{ ref('fct_claims') }}
    where is_adjudicated

),

procedures as (

    select * from {{ ref('dim_procedure') }}

),

payers as (

    select * from {{ ref('dim_payer') }}

),

facilities as (

    select * from {{ ref('dim_facility') }}

),

ranked_cells as (

    select
        payer_key,
        facility_key,
        procedure_family,
        numerator,
        denominator,
        rate,
        month_start_date,
        row_number() over (
            order by
                month_start_date desc,
                is_small_sample asc,
                rate desc nulls last,
                denominator desc,
                kpi_denial_rate_key asc
        ) as cell_rank

    from denial_rates

),

drilled as (

    select
        claims.root_claim_id,
        payers.payer_name,
        facilities.facility_name,
        ranked_cells.procedure_family,

        cast(ranked_cells.numerator as integer) as cell_numerator,
        cast(ranked_cells.denominator as integer) as cell_denominator,
        ranked_cells.rate as cell_rate,
        claims.billed_amount,
        claims.initially_denied_amount,
        claims.payer_paid_amount,
        claims.balance_amount,

        claims.is_initially_denied,

        claims.service_date,
        claims.first_remittance_date

    from ranked_cells
    inner join payers
        on ranked_cells.payer_key = payers.current_payer_key
    inner join claims
        on
            payers.payer_key = claims.payer_key
            and ranked_cells.facility_key = claims.facility_key
            and ranked_cells.month_start_date
            = cast({{ dbt.date_trunc('month', 'claims.first_remittance_date') }} as date)
    inner join procedures
        on
            claims.primary_procedure_key = procedures.procedure_key
            and ranked_cells.procedure_family = procedures.procedure_family
    inner join facilities
        on claims.facility_key = facilities.facility_key
    where ranked_cells.cell_rank = 1

)

select * from drilled
order by is_initially_denied desc, initially_denied_amount desc, root_claim_id asc
