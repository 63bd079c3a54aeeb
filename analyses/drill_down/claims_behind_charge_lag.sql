-- Which charge lines make a charge lag? One row per line, credits left out.
with

cells as (

    select * from {{ ref('kpi_charge_lag') }}

),

charges as (

    select * from {{ ref('fct_charges') }}
    where not is_credit

),

providers as (

    select * from {{ ref('dim_provider') }}

),

drilled as (

    select
        cells.kpi_charge_lag_key,
        charges.charge_key,
        charges.claim_key,

        charges.charge_lag_days as numerator,
        1 as denominator,

        charges.service_date,
        charges.post_date

    from charges
    inner join providers
        on charges.provider_key = providers.provider_key
    inner join cells
        on
            providers.current_provider_key = cells.provider_key
            and charges.facility_key = cells.facility_key
            and charges.department_key = cells.department_key
            and cast({{ dbt.date_trunc('month', 'charges.service_date') }} as date)
            = cells.month_start_date
    where {{ is_of_cell('cells.kpi_charge_lag_key') }}

)

select * from drilled
