-- What did a person of kpi_patient_value bring? Each claim of the person with what it collected,
-- the denominator, and that less its cost, the numerator. Who was seen and not yet charged has a
-- row of zeros.
with

cells as (

    select * from {{ ref('kpi_patient_value') }}

),

claims as (

    select * from {{ ref('fct_claims') }}

),

charge_collections as (

    select * from {{ ref('fct_charge_collections') }}

),

costs as (

    select
        claim_key,

        sum(cost_amount) as cost_amount

    from charge_collections
    group by 1

)

select
    cells.kpi_patient_value_key,
    claims.claim_key,

    coalesce(
        claims.payer_paid_amount + claims.patient_paid_amount - claims.refund_amount, 0
    ) - coalesce(costs.cost_amount, 0) as numerator,
    coalesce(
        claims.payer_paid_amount + claims.patient_paid_amount - claims.refund_amount, 0
    ) as denominator,

    claims.service_date

from cells
left join claims
    on cells.person_key = claims.person_key
left join costs
    on claims.claim_key = costs.claim_key
where {{ is_of_cell('cells.kpi_patient_value_key') }}
