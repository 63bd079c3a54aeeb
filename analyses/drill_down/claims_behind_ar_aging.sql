-- Which claims make a bucket of aged A/R? The balances of each cell of kpi_ar_aging: those of its
-- bucket are its numerator, those of all buckets its denominator; what is unbilled is in neither.
with

ar_aging as (

    select * from {{ ref('kpi_ar_aging') }}

),

balances as (

    select * from {{ ref('fct_ar_month_end') }}

),

payers as (

    select * from {{ ref('dim_payer') }}

),

drilled as (

    select
        cells.kpi_ar_aging_key,
        balances.claim_key,

        case
            when balances.aging_bucket = cells.aging_bucket and not balances.is_unbilled
                then balances.gross_balance_amount
            else 0
        end as numerator,
        case when balances.is_unbilled then 0 else balances.gross_balance_amount end as denominator

    from balances
    inner join payers
        on balances.payer_key = payers.payer_key
    inner join ar_aging as cells
        on
            payers.current_payer_key = cells.payer_key
            and balances.facility_key = cells.facility_key
            and balances.responsibility = cells.responsibility
            and balances.snapshot_date = cells.as_of_date
    where {{ is_of_cell('cells.kpi_ar_aging_key') }}

)

select * from drilled
