with

stages as (

    select * from {{ ref('int_claims__cash_stages') }}

),

payers as (

    select * from {{ ref('dim_payer') }}

),

targets as (

    select * from {{ ref('kpi_targets') }}

),

summed as (

    select
        payers.current_payer_key as payer_key,
        stages.facility_key,

        'RCM-TIME-TO-CASH' as definition_id,
        stages.cash_stage,

        stages.stage_sort,
        sum(stages.total_days) as numerator,
        sum(stages.claim_count) as denominator,

        stages.is_mature,

        stages.month_start_date

    from stages
    inner join payers
        on stages.payer_key = payers.payer_key
    group by
        payers.current_payer_key,
        stages.facility_key,
        stages.cash_stage,
        stages.stage_sort,
        stages.is_mature,
        stages.month_start_date

),

measured as (

    select
        {{ surrogate_key(['cash_stage', 'payer_key', 'facility_key', 'month_start_date']) }}
            as kpi_time_to_cash_key,
        payer_key,
        facility_key,

        -- the target is of the whole way
        case when cash_stage = 'service_to_cash' then 'time_to_cash_days' end as kpi_id,
        definition_id,
        cash_stage,

        stage_sort,
        cast(numerator as {{ type_money() }}) as numerator,
        cast(denominator as {{ type_rate() }}) as denominator,
        {{ kpi_trend_columns(
            ['cash_stage', 'payer_key', 'facility_key'],
            rate_when='is_mature',
            value='days',
            with_interval=false
        ) }},

        denominator < {{ var('small_sample_size') }} as is_small_sample,
        is_mature,

        month_start_date

    from summed

),

targeted as (

    select
        measured.kpi_time_to_cash_key,
        measured.payer_key,
        measured.facility_key,

        measured.kpi_id,
        measured.definition_id,
        measured.cash_stage,

        measured.stage_sort,
        measured.numerator,
        measured.denominator,
        measured.days,
        measured.previous_month_days,
        measured.days - measured.previous_month_days as days_change,
        measured.trailing_three_month_days,
        cast(targets.target_value as {{ type_rate() }}) as target_days,

        measured.is_small_sample,
        measured.is_mature,

        measured.month_start_date

    from measured
    left join targets
        on measured.kpi_id = targets.kpi_id

)

select * from targeted
