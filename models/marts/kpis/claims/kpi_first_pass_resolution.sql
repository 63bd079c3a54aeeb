with

claims as (

    select * from {{ ref('fct_claims') }}
    where first_submitted_date is not null

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

submitted as (

    select
        payers.current_payer_key as payer_key,
        claims.facility_key,

        claims.claim_type,

        claims.is_adjudicated,
        coalesce(claims.is_first_pass_resolved, false) as is_first_pass_resolved,

        cast({{ dbt.date_trunc('month', 'claims.first_submitted_date') }} as date)
            as month_start_date

    from claims
    inner join payers
        on claims.payer_key = payers.payer_key

),

cohorts as (

    select
        payer_key,
        facility_key,

        claim_type,

        count(*) as submitted,
        sum(case when is_adjudicated then 1 else 0 end) as adjudicated,
        sum(case when is_first_pass_resolved then 1 else 0 end) as resolved,

        month_start_date

    from submitted
    group by payer_key, facility_key, claim_type, month_start_date

),

defined as (

    select
        'first_pass_resolution_rate' as kpi_id,
        'RCM-FPRR' as definition_id,
        payer_key,
        facility_key,
        claim_type,
        resolved as numerator,
        adjudicated as denominator,
        adjudicated,
        month_start_date
    from cohorts

    union all

    select
        'first_pass_submitted_rate' as kpi_id,
        'RCM-FPRR-SUBMITTED' as definition_id,
        payer_key,
        facility_key,
        claim_type,
        resolved as numerator,
        submitted as denominator,
        adjudicated,
        month_start_date
    from cohorts

),

dated as (

    -- what is answered first is mostly clean: a young cohort looks better than it will be
    select
        defined.payer_key,
        defined.facility_key,

        defined.kpi_id,
        defined.definition_id,
        defined.claim_type,

        defined.numerator,
        defined.denominator,
        defined.adjudicated,

        {{ dbt.dateadd(
            'day',
            var('denial_cohort_maturity_days'),
            dbt.last_day('defined.month_start_date', 'month')
        ) }} <= as_of.as_of_date as is_mature,

        defined.month_start_date

    from defined
    cross join as_of

),

rated as (

    select
        {{ surrogate_key([
            'definition_id', 'payer_key', 'facility_key', 'claim_type', 'month_start_date'
        ]) }} as kpi_first_pass_resolution_key,
        payer_key,
        facility_key,

        kpi_id,
        definition_id,
        claim_type,

        cast(numerator as {{ type_money() }}) as numerator,
        cast(denominator as {{ type_rate() }}) as denominator,
        cast(adjudicated as {{ type_money() }}) as adjudicated,
        {{ kpi_trend_columns(
            ['definition_id', 'payer_key', 'facility_key', 'claim_type'],
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
        rated.kpi_first_pass_resolution_key,
        rated.payer_key,
        rated.facility_key,

        rated.kpi_id,
        rated.definition_id,
        rated.claim_type,

        rated.numerator,
        rated.denominator,
        rated.rate,
        rated.previous_month_rate,
        rated.rate - rated.previous_month_rate as rate_change,
        rated.trailing_three_month_rate,
        rated.rate_lower,
        rated.rate_upper,
        cast(targets.target_value as {{ type_rate() }}) as target_rate,
        rated.adjudicated,

        rated.is_small_sample,
        rated.is_mature,

        rated.month_start_date

    from rated
    left join targets
        on rated.kpi_id = targets.kpi_id

)

select * from targeted
