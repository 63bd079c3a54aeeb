-- Which charges are late? One row per charge line, credits left out; numerator is its charge if it
-- was posted more than three days after the last service of its account.
with

cells as (

    select * from {{ ref('kpi_late_charges') }}

),

charges as {{ inlined() }} (

    select * from {{ ref('fct_charges') }}
    where not is_credit

),

claims as (

    select * from {{ ref('fct_claims') }}

),

providers as (

    select * from {{ ref('dim_provider') }}

),

last_charges as (

    select
        claim_key,

        max(service_date) as last_service_date

    from charges
    group by 1

),

last_services as (

    select
        claims.claim_key,

        greatest(
            last_charges.last_service_date,
            coalesce(claims.discharge_date, last_charges.last_service_date)
        ) as last_service_date

    from claims
    inner join last_charges
        on claims.claim_key = last_charges.claim_key

),

drilled as (

    select
        cells.kpi_late_charges_key,
        charges.charge_key,
        charges.claim_key,

        case
            when {{ days_between('last_services.last_service_date', 'charges.post_date') }} > 3
                then charges.charge_amount
            else 0
        end as numerator,
        charges.charge_amount as denominator,

        last_services.last_service_date,
        charges.post_date

    from charges
    inner join last_services
        on charges.claim_key = last_services.claim_key
    inner join providers
        on charges.provider_key = providers.provider_key
    inner join cells
        on
            providers.current_provider_key = cells.provider_key
            and charges.facility_key = cells.facility_key
            and charges.department_key = cells.department_key
            and cast({{ dbt.date_trunc('month', 'charges.service_date') }} as date)
            = cells.month_start_date
    where {{ is_of_cell('cells.kpi_late_charges_key') }}

)

select * from drilled
