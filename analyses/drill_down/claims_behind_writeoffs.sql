-- Which claims make a rate of write-offs? The entries of the ledger that each cell of kpi_writeoffs
-- counts, and the charges posted in its month.
with

writeoffs as (

    select * from {{ ref('kpi_writeoffs') }}

),

transactions as (

    select * from {{ ref('fct_ar_transactions') }}
    where transaction_type in (
        'charge', 'bad_debt', 'charity', 'uninsured_discount', 'small_balance', 'denial_writeoff'
    )

),

payers as (

    select * from {{ ref('dim_payer') }}

),

drilled as (

    select
        cells.kpi_writeoffs_key,
        transactions.claim_key,

        case when transactions.transaction_type = 'charge' then 0 else -transactions.amount end
            as numerator,
        case when transactions.transaction_type = 'charge' then transactions.amount else 0 end
            as denominator

    from transactions
    inner join payers
        on transactions.payer_key = payers.payer_key
    inner join writeoffs as cells
        on
            payers.current_payer_key = cells.payer_key
            and transactions.facility_key = cells.facility_key
            and cells.month_start_date
            = cast({{ dbt.date_trunc('month', 'transactions.post_date') }} as date)
            and (
                transactions.transaction_type in ('charge', cells.writeoff_type)
                or (
                    cells.writeoff_type = 'uncompensated_care'
                    and transactions.transaction_type
                    in ('uninsured_discount', 'bad_debt', 'charity')
                )
            )
    where {{ is_of_cell('cells.kpi_writeoffs_key') }}

)

select * from drilled
