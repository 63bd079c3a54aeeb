-- Which charge lines make a margin of kpi_procedure_profitability? Each line with its share of what
-- the claim collected, the denominator, and that less its cost, the numerator.
with

cells as (

    select * from {{ ref('kpi_procedure_profitability') }}

),

charge_collections as (

    select * from {{ ref('fct_charge_collections') }}

)

select
    cells.kpi_procedure_profitability_key,
    charge_collections.claim_key,
    charge_collections.charge_key,

    charge_collections.collected_amount - charge_collections.cost_amount as numerator,
    charge_collections.collected_amount as denominator,

    charge_collections.service_date

from cells
inner join charge_collections
    on
        cells.procedure_key = charge_collections.procedure_key
        and cells.facility_key = charge_collections.facility_key
        and cells.month_start_date
        = cast({{ dbt.date_trunc('month', 'charge_collections.service_date') }} as date)
where {{ is_of_cell('cells.kpi_procedure_profitability_key') }}
