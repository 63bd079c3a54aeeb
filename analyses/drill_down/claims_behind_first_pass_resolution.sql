-- Which claims make a first-pass resolution rate? All that were first submitted in the month; under
-- RCM-FPRR those that are not adjudicated yet count nothing.
with

cells as (

    select * from {{ ref('kpi_first_pass_resolution') }}

),

claims as (

    select * from {{ ref('fct_claims') }}
    where first_submitted_date is not null

),

payers as (

    select * from {{ ref('dim_payer') }}

),

drilled as (

    select
        cells.kpi_first_pass_resolution_key,
        claims.claim_key,

        claims.denial_level,

        case when claims.is_first_pass_resolved then 1 else 0 end as numerator,
        case
            when claims.is_adjudicated or cells.definition_id = 'RCM-FPRR-SUBMITTED' then 1
            else 0
        end as denominator,

        claims.is_accepted_first_time,
        claims.is_initially_denied,

        claims.first_submitted_date,
        claims.first_remittance_date

    from claims
    inner join payers
        on claims.payer_key = payers.payer_key
    inner join cells
        on
            payers.current_payer_key = cells.payer_key
            and claims.facility_key = cells.facility_key
            and claims.claim_type = cells.claim_type
            and cast({{ dbt.date_trunc('month', 'claims.first_submitted_date') }} as date)
            = cells.month_start_date
    where {{ is_of_cell('cells.kpi_first_pass_resolution_key') }}

)

select * from drilled
