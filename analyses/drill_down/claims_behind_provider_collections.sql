-- Which claims make a provider's collections? The payments, takebacks and refunds of each cell of
-- kpi_provider_collections, and the charges posted in its month.
with

provider_collections as (

    select * from {{ ref('kpi_provider_collections') }}

),

transactions as (

    select * from {{ ref('fct_ar_transactions') }}
    where transaction_type in ('charge', 'payer_payment', 'patient_payment', 'refund')

),

claims as (

    select * from {{ ref('fct_claims') }}

),

providers as (

    select * from {{ ref('dim_provider') }}

),

drilled as (

    select
        cells.kpi_provider_collections_key,
        transactions.claim_key,

        case when transactions.transaction_type = 'charge' then 0 else -transactions.amount end
            as numerator,
        case when transactions.transaction_type = 'charge' then transactions.amount else 0 end
            as denominator

    from transactions
    inner join claims
        on transactions.claim_key = claims.claim_key
    inner join providers
        on claims.provider_key = providers.provider_key
    inner join provider_collections as cells
        on
            providers.current_provider_key = cells.provider_key
            and claims.facility_key = cells.facility_key
            and cells.month_start_date
            = cast({{ dbt.date_trunc('month', 'transactions.post_date') }} as date)
    where {{ is_of_cell('cells.kpi_provider_collections_key') }}

)

select * from drilled
