with

productivities as (

    select * from {{ ref('kpi_provider_productivity') }}

),

encounters as (

    select * from {{ ref('fct_encounters') }}

),

charges as (

    select * from {{ ref('fct_charges') }}

),

signed_amounts as (

    select
        facility_key,
        month_start_date,
        numerator as encounter_count,
        charge_amount
    from productivities

    union all

    select
        facility_key,
        cast({{ dbt.date_trunc('month', 'admit_date') }} as date) as month_start_date,
        -1 as encounter_count,
        0 as charge_amount
    from encounters

    union all

    select
        facility_key,
        cast({{ dbt.date_trunc('month', 'service_date') }} as date) as month_start_date,
        0 as encounter_count,
        -charge_amount as charge_amount
    from charges

),

differences as (

    select
        facility_key,
        month_start_date,

        sum(encounter_count) as encounter_difference,
        sum(charge_amount) as charge_difference

    from signed_amounts
    group by 1, 2

)

select * from differences
where encounter_difference <> 0 or charge_difference <> 0
