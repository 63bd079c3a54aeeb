-- Which lines are behind the underpayment rate of a payer, facility, family and month? Each line
-- that the payer allowed, with what it fell short by if that is more than the tolerance.
with

cells as (

    select * from {{ ref('kpi_underpayments') }}

),

remittance_lines as (

    select * from {{ ref('fct_remittance_lines') }}
    where contracted_amount is not null

),

underpayments as (

    select * from {{ ref('underpayments') }}

),

charges as (

    select * from {{ ref('fct_charges') }}

),

payers as (

    select * from {{ ref('dim_payer') }}

),

procedures as (

    select * from {{ ref('dim_procedure') }}

),

lines as (

    select
        remittance_lines.claim_key,
        remittance_lines.claim_line_key,
        remittance_lines.remittance_line_key,
        payers.current_payer_key as payer_key,
        charges.facility_key,

        procedures.procedure_family,
        procedures.service_code,

        coalesce(underpayments.underpaid_amount, 0) as numerator,
        remittance_lines.contracted_amount as denominator,
        remittance_lines.allowed_amount,

        remittance_lines.service_date,
        cast({{ dbt.date_trunc('month', 'remittance_lines.service_date') }} as date)
            as month_start_date,
        remittance_lines.remittance_date

    from remittance_lines
    inner join charges
        on remittance_lines.claim_line_key = charges.charge_key
    inner join payers
        on charges.payer_key = payers.payer_key
    inner join procedures
        on charges.procedure_key = procedures.procedure_key
    left join underpayments
        on remittance_lines.remittance_line_key = underpayments.remittance_line_key

),

drilled as (

    select
        cells.kpi_underpayments_key,
        lines.claim_key,
        lines.claim_line_key,
        lines.remittance_line_key,

        lines.service_code,

        lines.numerator,
        lines.denominator,
        lines.allowed_amount,

        lines.service_date,
        lines.remittance_date

    from cells
    inner join lines
        on
            cells.payer_key = lines.payer_key
            and cells.facility_key = lines.facility_key
            and cells.procedure_family = lines.procedure_family
            and cells.month_start_date = lines.month_start_date
    where {{ is_of_cell('cells.kpi_underpayments_key') }}

)

select * from drilled
