{% set days_to_find = var('denial_cohort_maturity_days') + var('late_arrival_days') %}
{% set last_day_of_month = dbt.last_day('summed.month_start_date', 'month') %}

with

work_items as (

    select * from {{ ref('fct_work_items') }}

),

denials as (

    select * from {{ ref('fct_denials') }}

),

remittances as (

    select * from {{ ref('fct_remittances') }}

),

staff as {{ inlined() }} (

    select * from {{ ref('dim_staff') }}

),

targets as (

    select * from {{ ref('kpi_targets') }}

),

as_of as (

    select * from {{ ref('int_calendar__as_of') }}

),

denied_versions as (

    -- what the payer refused of the claim version, whichever line names the mistake
    select
        remittances.claim_submission_key,

        count(*) as denied_line_count,
        sum(denials.billed_amount) as denied_amount

    from denials
    inner join remittances
        on denials.remittance_claim_key = remittances.remittance_claim_key
    where not denials.is_repeat
    group by 1

),

touches as (

    select
        current_staff.staff_key,

        current_staff.role,

        case when work_items.is_error then 1 else 0 end as error_count,
        coalesce(denied_versions.denied_line_count, 0) as caused_denial_count,
        coalesce(denied_versions.denied_amount, 0) as caused_denied_amount,

        cast({{ dbt.date_trunc('month', 'work_items.worked_date') }} as date) as month_start_date

    from work_items
    inner join staff
        on work_items.staff_key = staff.staff_key
    inner join staff as current_staff
        on staff.staff_id = current_staff.staff_id and current_staff.is_current
    left join denied_versions
        on
            case
                when work_items.is_error then work_items.denied_claim_submission_key
            end = denied_versions.claim_submission_key

),

summed as (

    select
        'RCM-STAFF-ERROR' as definition_id,
        'staff_error_rate' as kpi_id,
        staff_key,
        role,

        cast(sum(error_count) as {{ type_money() }}) as numerator,
        cast(count(*) as {{ type_money() }}) as denominator,
        cast(sum(caused_denial_count) as integer) as caused_denial_count,
        cast(sum(caused_denied_amount) as {{ type_money() }}) as caused_denied_amount,

        month_start_date

    from touches
    group by 3, 4, 9

),

dated as (

    -- an error is found weeks later, one that a payer finds only with its answer: until then the
    -- latest months look better than they are
    select
        summed.definition_id,
        summed.kpi_id,
        summed.staff_key,
        summed.role,

        summed.numerator,
        summed.denominator,
        summed.caused_denial_count,
        summed.caused_denied_amount,

        {{ dbt.dateadd('day', days_to_find, last_day_of_month) }} <= as_of.as_of_date as is_mature,

        summed.month_start_date

    from summed
    cross join as_of
    where summed.month_start_date <= as_of.as_of_date

),

rated as (

    select
        {{ surrogate_key(['definition_id', 'staff_key', 'month_start_date']) }}
            as kpi_staff_error_rate_key,
        staff_key,

        kpi_id,
        definition_id,
        role,

        numerator,
        denominator,
        caused_denial_count,
        caused_denied_amount,
        {{ kpi_trend_columns(
            ['definition_id', 'staff_key'],
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
        rated.kpi_staff_error_rate_key,
        rated.staff_key,

        rated.kpi_id,
        rated.definition_id,
        rated.role,

        rated.numerator,
        rated.denominator,
        rated.caused_denial_count,
        rated.caused_denied_amount,
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
