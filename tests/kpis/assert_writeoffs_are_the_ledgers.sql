with

writeoffs as (

    select * from {{ ref('kpi_writeoffs') }}
    where definition_id <> 'FM-4'

),

transactions as (

    select * from {{ ref('fct_ar_transactions') }}

),

adjustment_types as (

    select * from {{ ref('adjustment_types') }}

),

payers as (

    select * from {{ ref('dim_payer') }}

),

signed_numbers as (

    select
        payer_key,
        facility_key,
        writeoff_type,
        month_start_date,
        numerator as amount
    from writeoffs

    union all

    -- ... plus the ledger, where a write-off is negative
    select
        payers.current_payer_key as payer_key,
        transactions.facility_key,
        transactions.transaction_type as writeoff_type,
        cast({{ dbt.date_trunc('month', 'transactions.post_date') }} as date) as month_start_date,
        transactions.amount
    from transactions
    inner join adjustment_types
        on transactions.transaction_type = adjustment_types.adjustment_type
    inner join payers
        on transactions.payer_key = payers.payer_key

),

differences as (

    select
        payer_key,
        facility_key,
        writeoff_type,
        month_start_date,

        sum(amount) as difference_amount

    from signed_numbers
    group by 1, 2, 3, 4

)

select * from differences
where difference_amount <> 0
