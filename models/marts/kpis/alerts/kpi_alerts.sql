with

episodes as (

    select * from {{ ref('int_alerts__episodes') }}

),

rules as (

    select * from {{ ref('alert_rules') }}

),

drivers as {{ inlined() }} (

    select * from {{ ref('int_alerts__drivers') }}

),

alert_claims as (

    select * from {{ ref('kpi_alert_claims') }}

),

as_of as (

    select * from {{ ref('int_calendar__as_of') }}

),

affected as (

    select
        alert_id,

        count(*) as affected_claim_count,
        sum(affected_amount) as affected_amount

    from alert_claims
    group by alert_id

),

described as (

    select
        episodes.alert_id,
        episodes.payer_key,
        episodes.provider_key,
        episodes.facility_key,
        episodes.department_key,
        episodes.staff_key,

        episodes.rule_id,
        rules.label as rule_label,
        rules.metric,
        rules.unit,
        rules.kind,
        rules.direction,
        rules.severity,
        rules.owner,
        rules.dimension,
        episodes.cell_id,
        episodes.cell_label,
        episodes.procedure_family,
        episodes.denial_category,
        rules.driver_1 as driver_1_dimension,
        first_drivers.driver_label as driver_1_label,
        rules.driver_2 as driver_2_dimension,
        second_drivers.driver_label as driver_2_label,
        'select claims.*, alert_claims.affected_amount from '
        || '{{ ref("fct_claims").include(database=false) }} as claims inner join '
        || '{{ ref("kpi_alert_claims").include(database=false) }} as alert_claims'
        || ' on claims.claim_key = alert_claims.claim_key where alert_claims.alert_id = '''
        || cast(episodes.alert_id as {{ dbt.type_string() }}) || '''' as claims_query,

        episodes.window_numerator as numerator,
        episodes.window_denominator as denominator,
        episodes.window_value as observed_value,
        episodes.baseline_numerator,
        episodes.baseline_denominator,
        episodes.baseline_value,
        episodes.window_value - coalesce(episodes.baseline_value, 0) as value_change,
        rules.limit_value,
        episodes.z_score,
        episodes.dispersion,
        first_drivers.driver_share as driver_1_share,
        second_drivers.driver_share as driver_2_share,
        cast(coalesce(affected.affected_claim_count, 0) as integer) as affected_claim_count,
        cast(coalesce(affected.affected_amount, 0) as {{ type_money() }}) as affected_amount,

        episodes.is_open,

        episodes.baseline_start_date,
        episodes.first_window_start_date,
        episodes.first_week_start_date,
        episodes.peak_window_start_date,
        episodes.peak_week_start_date,
        episodes.last_week_start_date,
        cast({{ dbt.dateadd('day', 6, 'episodes.first_week_start_date') }} as date)
            as raised_date,
        as_of.as_of_date

    from episodes
    cross join as_of
    inner join rules
        on episodes.rule_id = rules.rule_id
    left join affected
        on episodes.alert_id = affected.alert_id
    left join drivers as first_drivers
        on
            episodes.alert_id = first_drivers.alert_id
            and first_drivers.driver_number = 1
    left join drivers as second_drivers
        on
            episodes.alert_id = second_drivers.alert_id
            and second_drivers.driver_number = 2

)

select * from described
