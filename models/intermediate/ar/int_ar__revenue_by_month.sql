with

charges as (

    select * from {{ ref('fct_charges') }}

),

transactions as (

    select * from {{ ref('fct_ar_transactions') }}
    where transaction_type = 'charity'

),

payers as (

    select * from {{ ref('dim_payer') }}

),

revenue_entries as (

    -- as the income statement has it, HFMA's source: a late charge or credit is revenue of the
    -- month that books it, and charity lowers that of the month in which it is granted
    select
        payer_key,
        facility_key,

        charge_amount as gross_revenue_amount,
        expected_allowed_amount as net_revenue_amount,

        post_date

    from charges

    union all

    select
        payer_key,
        facility_key,

        cast(0 as {{ type_money() }}) as gross_revenue_amount,
        amount as net_revenue_amount,

        post_date

    from transactions

),

revenue_by_version as (

    select
        payer_key,
        facility_key,

        sum(gross_revenue_amount) as gross_revenue_amount,
        sum(net_revenue_amount) as net_revenue_amount,

        cast({{ dbt.date_trunc('month', 'post_date') }} as date) as month_start_date

    from revenue_entries
    group by 1, 2, 5

),

revenue_by_month as (

    select
        payers.current_payer_key as payer_key,
        revenue_by_version.facility_key,

        cast(sum(revenue_by_version.gross_revenue_amount) as {{ type_money() }})
            as gross_revenue_amount,
        cast(sum(revenue_by_version.net_revenue_amount) as {{ type_money() }})
            as net_revenue_amount,

        revenue_by_version.month_start_date

    from revenue_by_version
    inner join payers
        on revenue_by_version.payer_key = payers.payer_key
    group by 1, 2, 5

)

select * from revenue_by_month
