-- Which claims make the denial write-offs of a month, and which the revenue they are held against?
-- Each posting and each charge behind each cell of kpi_denial_writeoffs.
with

cells as (

    select * from {{ ref('kpi_denial_writeoffs') }}

),

claims as (

    select * from {{ ref('fct_claims') }}

),

payers as (

    select * from {{ ref('dim_payer') }}

),

charges as (

    select * from {{ ref('fct_charges') }}

),

transactions as (

    select * from {{ ref('fct_ar_transactions') }}
    where transaction_type in ('denial_writeoff', 'charity')

),

revenue_entries as (

    select
        claim_key,
        payer_key,
        facility_key,

        expected_allowed_amount as net_revenue_amount,

        service_date as revenue_date
    from charges

    union all

    select
        transactions.claim_key,
        transactions.payer_key,
        transactions.facility_key,

        transactions.amount as net_revenue_amount,

        claims.service_date as revenue_date

    from transactions
    inner join claims
        on transactions.claim_key = claims.claim_key
    where transactions.transaction_type = 'charity'

),

entries as (

    select
        claim_key,
        payer_key,
        facility_key,

        -amount as numerator,
        0 as denominator,

        cast({{ dbt.date_trunc('month', 'post_date') }} as date) as month_start_date
    from transactions
    where transaction_type = 'denial_writeoff'

    {% for months_later in [0, 1, 2] %}
        union all

        -- a third of the average of the month and the two before
        select
            claim_key,
            payer_key,
            facility_key,

            0 as numerator,
            cast(net_revenue_amount as numeric(28, 10)) / 3 as denominator,

            cast(
            {{ dbt.dateadd(
                'month', months_later, dbt.date_trunc('month', 'revenue_date')
            ) }} as date
            ) as month_start_date
        from revenue_entries
    {% endfor %}
),

drilled as (

    select
        cells.kpi_denial_writeoffs_key,
        entries.claim_key,

        entries.numerator,
        entries.denominator,

        cells.month_start_date

    from entries
    inner join payers
        on entries.payer_key = payers.payer_key
    inner join cells
        on
            payers.current_payer_key = cells.payer_key
            and entries.facility_key = cells.facility_key
            and entries.month_start_date = cells.month_start_date
    where {{ is_of_cell('cells.kpi_denial_writeoffs_key') }}

)

select * from drilled
