-- Which claims make a collection rate? The claims of each cell of kpi_net_collection, with what was
-- collected of them and what was to be collected.
with

net_collection as (

    select * from {{ ref('kpi_net_collection') }}

),

claims as (

    select * from {{ ref('fct_claims') }}

),

transactions as (

    select * from {{ ref('fct_ar_transactions') }}
    where transaction_type = 'refund' and responsibility = 'patient'

),

payers as (

    select * from {{ ref('dim_payer') }}

),

patient_refunds as (

    select
        claim_key,

        sum(amount) as patient_refund_amount

    from transactions
    group by claim_key

),

drilled as (

    select
        cells.kpi_net_collection_key,
        claims.claim_key,

        case
            when cells.definition_id = 'RCM-PATIENT-COLLECTION'
                then
                    claims.patient_paid_amount
                    - coalesce(patient_refunds.patient_refund_amount, 0)
            else claims.payer_paid_amount + claims.patient_paid_amount - claims.refund_amount
        end as numerator,
        case cells.definition_id
            when 'RCM-NET-COLLECTION' then claims.expected_allowed_amount
            when 'RCM-ADJUSTED-COLLECTION'
                then
                    claims.billed_amount - claims.contractual_adjustment_amount
                    - claims.uninsured_discount_amount
            when 'RCM-GROSS-COLLECTION' then claims.billed_amount
            else claims.patient_responsibility_amount
        end as denominator

    from claims
    inner join payers
        on claims.payer_key = payers.payer_key
    inner join net_collection as cells
        on
            payers.current_payer_key = cells.payer_key
            and claims.facility_key = cells.facility_key
            and cells.month_start_date
            = cast({{ dbt.date_trunc('month', 'claims.service_date') }} as date)
    left join patient_refunds
        on claims.claim_key = patient_refunds.claim_key
    where
        (claims.is_insured or cells.definition_id <> 'RCM-PATIENT-COLLECTION')
        and {{ is_of_cell('cells.kpi_net_collection_key') }}

)

select * from drilled
