-- What makes a figure of kpi_provider_productivity? A row for each encounter of the provider, the
-- numerator, and one for each working day of the month, the denominator.
with

cells as (

    select * from {{ ref('kpi_provider_productivity') }}

),

encounters as (

    select * from {{ ref('fct_encounters') }}

),

providers as (

    select * from {{ ref('dim_provider') }}

),

dates as (

    select * from {{ ref('dim_date') }}
    where not is_weekend

),

contributions as (

    select
        cells.kpi_provider_productivity_key,
        encounters.encounter_key,
        1 as numerator,
        0 as denominator,
        encounters.admit_date as date_key
    from cells
    inner join providers
        on cells.provider_key = providers.current_provider_key
    inner join encounters
        on
            providers.provider_key = encounters.provider_key
            and cells.facility_key = encounters.facility_key
            and cells.month_start_date
            = cast({{ dbt.date_trunc('month', 'encounters.admit_date') }} as date)

    union all

    select
        cells.kpi_provider_productivity_key,
        cast(null as uuid) as encounter_key,
        0 as numerator,
        1 as denominator,
        dates.date_key
    from cells
    inner join dates
        on cells.month_start_date = dates.month_start_date

)

select
    cells.kpi_provider_productivity_key,
    cells.encounter_key,

    cells.numerator,
    cells.denominator,

    cells.date_key

from contributions as cells
where {{ is_of_cell('cells.kpi_provider_productivity_key') }}
