with

claims as (

    -- self-pay accounts go through no scrubber
    select * from {{ ref('fct_claims') }}
    where is_clean_claim is not null

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

left_the_scrubber as (

    -- by first submission, not by final bill: a stopped claim is heard of only when it leaves, so a
    -- month of final bills would look clean first and worsen for weeks
    select
        payers.current_payer_key as payer_key,
        claims.facility_key,
        claims.department_key,

        claims.claim_type,

        claims.is_clean_claim,

        cast({{ dbt.date_trunc('month', 'claims.first_submitted_date') }} as date)
            as month_start_date

    from claims
    inner join payers
        on claims.payer_key = payers.payer_key

),

summed as (

    select
        payer_key,
        facility_key,
        department_key,

        'clean_claim_rate' as kpi_id,
        'CL-1' as definition_id,
        claim_type,

        sum(case when is_clean_claim then 1 else 0 end) as numerator,
        count(*) as denominator,

        month_start_date

    from left_the_scrubber
    group by payer_key, facility_key, department_key, claim_type, month_start_date

),

dated as (

    select
        summed.payer_key,
        summed.facility_key,
        summed.department_key,

        summed.kpi_id,
        summed.definition_id,
        summed.claim_type,

        summed.numerator,
        summed.denominator,

        {{ dbt.last_day('summed.month_start_date', 'month') }} <= as_of.as_of_date as is_mature,

        summed.month_start_date

    from summed
    cross join as_of

),

rated as (

    select
        {{ surrogate_key([
            'payer_key', 'facility_key', 'department_key', 'claim_type', 'month_start_date'
        ]) }} as kpi_clean_claim_rate_key,
        payer_key,
        facility_key,
        department_key,

        kpi_id,
        definition_id,
        claim_type,

        cast(numerator as {{ type_money() }}) as numerator,
        cast(denominator as {{ type_rate() }}) as denominator,
        {{ kpi_trend_columns(
            ['payer_key', 'facility_key', 'department_key', 'claim_type'],
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
        rated.kpi_clean_claim_rate_key,
        rated.payer_key,
        rated.facility_key,
        rated.department_key,

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

        rated.is_small_sample,
        rated.is_mature,

        rated.month_start_date

    from rated
    left join targets
        on rated.kpi_id = targets.kpi_id

)

select * from targeted
