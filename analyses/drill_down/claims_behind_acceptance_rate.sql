-- Which claim versions make an acceptance rate? Those that were answered are a cell's denominator;
-- the rest were sent and have no answer.
with

cells as (

    select * from {{ ref('kpi_acceptance_rate') }}

),

submissions as (

    select * from {{ ref('fct_claim_submissions') }}

),

payers as (

    select * from {{ ref('dim_payer') }}

),

drilled as (

    select
        cells.kpi_acceptance_rate_key,
        submissions.claim_submission_key,
        submissions.claim_key,

        submissions.rejected_by,

        case when submissions.is_accepted then 1 else 0 end as numerator,
        case when submissions.is_accepted or submissions.is_rejected then 1 else 0 end
            as denominator,

        submissions.submitted_date,
        submissions.accepted_date,
        submissions.rejected_date

    from submissions
    inner join payers
        on submissions.payer_key = payers.payer_key
    inner join cells
        on
            payers.current_payer_key = cells.payer_key
            and submissions.facility_key = cells.facility_key
            and cast({{ dbt.date_trunc('month', 'submissions.submitted_date') }} as date)
            = cells.month_start_date
            and (
                submissions.is_first_submission
                or cells.definition_id = 'RCM-VERSION-ACCEPTANCE'
            )
    where {{ is_of_cell('cells.kpi_acceptance_rate_key') }}

)

select * from drilled
