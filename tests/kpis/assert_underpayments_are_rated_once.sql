with

rates as (

    select * from {{ ref('kpi_underpayments') }}

),

underpayments as (

    select * from {{ ref('underpayments') }}

),

remittance_lines as (

    select * from {{ ref('fct_remittance_lines') }}
    where contracted_amount is not null

),

signed_amounts as (

    select
        month_start_date,
        numerator as underpaid_amount,
        denominator as contracted_amount,
        allowed_amount
    from rates

    union all

    select
        month_start_date,
        -underpaid_amount as underpaid_amount,
        0 as contracted_amount,
        0 as allowed_amount
    from underpayments

    union all

    select
        cast({{ dbt.date_trunc('month', 'service_date') }} as date) as month_start_date,
        0 as underpaid_amount,
        -contracted_amount as contracted_amount,
        -allowed_amount as allowed_amount
    from remittance_lines

),

differences as (

    select
        month_start_date,

        sum(underpaid_amount) as underpaid_difference,
        sum(contracted_amount) as contracted_difference,
        sum(allowed_amount) as allowed_difference

    from signed_amounts
    group by month_start_date

)

select * from differences
where underpaid_difference <> 0 or contracted_difference <> 0 or allowed_difference <> 0
