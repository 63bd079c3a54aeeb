-- Which claims are in an aging bucket? One row per claim and responsibility with a balance at the
-- snapshot of a cell of kpi_ar_aging: the cell's own bucket makes the numerator, the buckets of its
-- payer, facility and responsibility the denominator.
with

cells as (

    select * from {{ ref('kpi_ar_aging') }}
    where {{ is_of_cell('kpi_ar_aging_key') }}

),

balances as (

    select * from {{ ref('fct_ar_month_end') }}

),

payers as (

    select * from {{ ref('dim_payer') }}

),

open_balances as (

    select
        balances.claim_key,
        payers.current_payer_key as payer_key,
        balances.facility_key,
        balances.responsibility,
        balances.aging_bucket,
        balances.age_days,
        balances.gross_balance_amount,
        balances.net_balance_amount,
        balances.credit_balance_amount,
        -- billed A/R: what has not been sent yet is in no bucket's share
        case when balances.is_unbilled then 0 else balances.gross_balance_amount end
            as billed_balance_amount,
        balances.is_unbilled,
        balances.snapshot_date

    from balances
    inner join payers
        on balances.payer_key = payers.payer_key

),

drilled as (

    select
        cells.kpi_ar_aging_key,
        open_balances.claim_key,

        case
            when cells.aging_bucket = open_balances.aging_bucket
                then open_balances.billed_balance_amount
            else 0
        end as numerator,
        open_balances.billed_balance_amount as denominator,
        open_balances.age_days,
        open_balances.gross_balance_amount,
        open_balances.net_balance_amount,
        open_balances.credit_balance_amount,

        open_balances.is_unbilled,
        cells.aging_bucket = open_balances.aging_bucket as is_in_bucket

    from cells
    inner join open_balances
        on
            cells.as_of_date = open_balances.snapshot_date
            and cells.payer_key = open_balances.payer_key
            and cells.facility_key = open_balances.facility_key
            and cells.responsibility = open_balances.responsibility

)

select * from drilled
