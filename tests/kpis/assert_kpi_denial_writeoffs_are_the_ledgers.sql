with

writeoffs as (

    select * from {{ ref('kpi_denial_writeoffs') }}

),

transactions as (

    select * from {{ ref('fct_ar_transactions') }}
    where transaction_type = 'denial_writeoff'

),

payers as (

    select * from {{ ref('dim_payer') }}

),

first_month as (

    -- before three months of revenue there is no row
    select
        min(month_start_date) as first_month_date,
        max(month_start_date) as last_month_date
    from writeoffs

),

signed_numbers as (

    select
        payer_key,
        facility_key,
        numerator,
        month_start_date
    from writeoffs

    union all

    select
        payers.current_payer_key as payer_key,
        transactions.facility_key,
        transactions.amount as numerator,
        cast({{ dbt.date_trunc('month', 'transactions.post_date') }} as date) as month_start_date

    from transactions
    inner join payers
        on transactions.payer_key = payers.payer_key

),

differences as (

    select
        payer_key,
        facility_key,
        month_start_date,

        sum(numerator) as difference

    from signed_numbers
    group by 1, 2, 3

)

select
    differences.payer_key,
    differences.facility_key,
    differences.month_start_date,
    differences.difference

from differences
inner join first_month
    on
        differences.month_start_date
        between first_month.first_month_date and first_month.last_month_date
where differences.difference <> 0
