with

provider_collections as (

    select * from {{ ref('kpi_provider_collections') }}

),

transactions as (

    select * from {{ ref('fct_ar_transactions') }}
    where transaction_type in ('payer_payment', 'patient_payment', 'refund')

),

signed_numbers as (

    select
        facility_key,
        'net' as what,
        month_start_date,
        numerator as amount
    from provider_collections

    union all

    select
        facility_key,
        'collected less clawed back' as what,
        month_start_date,
        collected_amount - clawed_back_amount as amount
    from provider_collections

    union all

    -- ... plus the ledger, where what comes in is negative
    select
        facility_key,
        'net' as what,
        cast({{ dbt.date_trunc('month', 'post_date') }} as date) as month_start_date,
        amount
    from transactions

    union all

    select
        facility_key,
        'collected less clawed back' as what,
        cast({{ dbt.date_trunc('month', 'post_date') }} as date) as month_start_date,
        amount
    from transactions
    where transaction_type <> 'refund'

),

differences as (

    select
        facility_key,
        what,
        month_start_date,

        sum(amount) as difference_amount

    from signed_numbers
    group by 1, 2, 3

)

select * from differences
where difference_amount <> 0
