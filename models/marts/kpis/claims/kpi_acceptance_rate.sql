with

submissions as (

    select * from {{ ref('fct_claim_submissions') }}

),

payers as (

    select * from {{ ref('dim_payer') }}

),

targets as (

    select * from {{ ref('kpi_targets') }}

),

as_of as (

    select * from {{ ref('int_calendar__as_of') }}

),

versions as (

    -- a version that the payer took counts as accepted, whatever else was said of it
    select
        payers.current_payer_key as payer_key,
        submissions.facility_key,

        case when not submissions.is_accepted then submissions.rejected_by end as rejected_by,

        submissions.is_first_submission,
        submissions.is_accepted,
        submissions.is_accepted or submissions.is_rejected as is_answered,

        cast({{ dbt.date_trunc('month', 'submissions.submitted_date') }} as date)
            as month_start_date

    from submissions
    inner join payers
        on submissions.payer_key = payers.payer_key

),

defined as (

    select
        'acceptance_rate' as kpi_id,
        'RCM-ACCEPTANCE' as definition_id,
        payer_key,
        facility_key,
        rejected_by,
        is_accepted,
        is_answered,
        month_start_date
    from versions
    where is_first_submission

    union all

    select
        'version_acceptance_rate' as kpi_id,
        'RCM-VERSION-ACCEPTANCE' as definition_id,
        payer_key,
        facility_key,
        rejected_by,
        is_accepted,
        is_answered,
        month_start_date
    from versions

),

summed as (

    select
        payer_key,
        facility_key,

        kpi_id,
        definition_id,

        sum(case when is_accepted then 1 else 0 end) as numerator,
        sum(case when is_answered then 1 else 0 end) as denominator,
        count(*) as submitted_count,
        sum(case when rejected_by = 'clearinghouse' then 1 else 0 end)
            as clearinghouse_rejected_count,
        sum(case when rejected_by = 'payer' then 1 else 0 end) as payer_rejected_count,

        month_start_date

    from defined
    group by kpi_id, definition_id, payer_key, facility_key, month_start_date

),

answered_months as (

    -- a month matures as a whole, or the cells that came back first would stand for all
    select
        definition_id,
        month_start_date,

        sum(denominator) = sum(submitted_count) as is_answered

    from summed
    group by definition_id, month_start_date

),

dated as (

    -- an answer that is still missing when nothing is waited for any more was lost
    select
        summed.payer_key,
        summed.facility_key,

        summed.kpi_id,
        summed.definition_id,

        summed.numerator,
        summed.denominator,
        summed.submitted_count,
        summed.clearinghouse_rejected_count,
        summed.payer_rejected_count,

        {{ dbt.last_day('summed.month_start_date', 'month') }} <= as_of.as_of_date
        and (
            answered_months.is_answered
            or {{ dbt.dateadd(
                'day',
                var('late_arrival_days'),
                dbt.last_day('summed.month_start_date', 'month')
            ) }} <= as_of.as_of_date
        ) as is_mature,

        summed.month_start_date

    from summed
    inner join answered_months
        on
            summed.definition_id = answered_months.definition_id
            and summed.month_start_date = answered_months.month_start_date
    cross join as_of

),

rated as (

    select
        {{ surrogate_key([
            'definition_id', 'payer_key', 'facility_key', 'month_start_date'
        ]) }} as kpi_acceptance_rate_key,
        payer_key,
        facility_key,

        kpi_id,
        definition_id,

        cast(numerator as {{ type_money() }}) as numerator,
        cast(denominator as {{ type_rate() }}) as denominator,
        cast(submitted_count as integer) as submitted_count,
        cast(clearinghouse_rejected_count as integer) as clearinghouse_rejected_count,
        cast(payer_rejected_count as integer) as payer_rejected_count,
        {{ kpi_trend_columns(
            ['definition_id', 'payer_key', 'facility_key'],
            counts_when='is_mature',
            rate_when='is_mature'
        ) }},

        denominator < {{ var('small_sample_size') }} as is_small_sample,
        is_mature,

        month_start_date

    from dated

),

targeted as (

    select
        rated.kpi_acceptance_rate_key,
        rated.payer_key,
        rated.facility_key,

        rated.kpi_id,
        rated.definition_id,

        rated.numerator,
        rated.denominator,
        rated.submitted_count,
        rated.clearinghouse_rejected_count,
        rated.payer_rejected_count,
        rated.rate,
        rated.previous_month_rate,
        rated.rate - rated.previous_month_rate as rate_change,
        rated.trailing_three_month_rate,
        rated.rate_lower,
        rated.rate_upper,
        cast(targets.target_value as {{ type_rate() }}) as target_rate,

        rated.is_small_sample,
        rated.is_mature,

        rated.month_start_date

    from rated
    left join targets
        on rated.kpi_id = targets.kpi_id

)

select * from targeted
