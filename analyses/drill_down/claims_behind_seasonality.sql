-- What makes an index of kpi_seasonality? Each visit, charge or denial of the facility's window:
-- the period's own are its numerator; each counts in the denominator by the period's share of the
-- days.
with

cells as (

    select
        kpi_seasonality_key,
        facility_key,
        measure,
        period_kind,
        period_number,
        window_start_date,
        window_end_date,
        cast(day_count as numeric(18, 6))
        / sum(day_count) over (partition by measure, facility_key, period_kind) as day_share

    from {{ ref('kpi_seasonality') }}

),

encounters as (

    select * from {{ ref('fct_encounters') }}

),

charges as (

    select * from {{ ref('fct_charges') }}

),

denials as (

    select * from {{ ref('fct_denials') }}
    where is_initial

),

claims as (

    select * from {{ ref('fct_claims') }}

),

dates as (

    select * from {{ ref('dim_date') }}

),

counted as (

    select
        'encounters' as measure,
        facility_key,
        encounter_key as counted_key,
        cast(null as uuid) as claim_key,
        1 as amount,
        admit_date as service_date
    from encounters

    union all

    select
        'charges' as measure,
        facility_key,
        charge_key as counted_key,
        claim_key,
        charge_amount as amount,
        service_date
    from charges

    union all

    select
        'denials' as measure,
        claims.facility_key,
        denials.denial_key as counted_key,
        denials.claim_key,
        1 as amount,
        claims.service_date
    from denials
    inner join claims
        on denials.claim_key = claims.claim_key

)

select
    cells.kpi_seasonality_key,
    counted.claim_key,
    counted.counted_key,

    case
        when
            cells.period_number
            = case
                when cells.period_kind = 'month' then dates.month_of_year
                else dates.iso_day_of_week
            end
            then counted.amount
        else 0
    end as numerator,
    counted.amount * cells.day_share as denominator,

    counted.service_date

from cells
inner join counted
    on
        cells.measure = counted.measure
        and cells.facility_key = counted.facility_key
        and cells.window_start_date <= counted.service_date
        and cells.window_end_date >= counted.service_date
inner join dates
    on counted.service_date = dates.date_key
where {{ is_of_cell('cells.kpi_seasonality_key') }}
