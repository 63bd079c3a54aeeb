with

appeals as (

    select * from {{ ref('fct_appeals') }}
    where decided_date is not null

),

payers as (

    select * from {{ ref('dim_payer') }}

),

targets as (

    select * from {{ ref('kpi_targets') }}
    where kpi_id = 'appeal_overturn_rate'

),

as_of as (

    select * from {{ ref('int_calendar__as_of') }}

),

summed as (

    -- by the month of the decision, so that no appeal waits in a denominator
    select
        'RCM-APPEAL-OVERTURN' as definition_id,
        payers.current_payer_key as payer_key,
        appeals.denial_reason_key,

        sum(case when appeals.is_overturned then 1 else 0 end) as numerator,
        count(*) as denominator,
        sum(appeals.appealed_amount) as appealed_amount,
        sum(appeals.recovered_amount) as recovered_amount,
        sum(appeals.days_to_file) as total_days_to_file,
        count(appeals.days_to_file) as filed_appeal_count,
        sum(appeals.days_to_decision) as total_days_to_decision,

        cast({{ dbt.date_trunc('month', 'appeals.decided_date') }} as date) as month_start_date

    from appeals
    inner join payers
        on appeals.payer_key = payers.payer_key
    group by
        payers.current_payer_key,
        appeals.denial_reason_key,
        {{ dbt.date_trunc('month', 'appeals.decided_date') }}

),

dated as (

    select
        summed.definition_id,
        summed.payer_key,
        summed.denial_reason_key,

        cast(summed.numerator as {{ type_money() }}) as numerator,
        cast(summed.denominator as {{ type_money() }}) as denominator,
        summed.appealed_amount,
        summed.recovered_amount,
        summed.total_days_to_file,
        summed.filed_appeal_count,
        summed.total_days_to_decision,

        cast({{ dbt.last_day('summed.month_start_date', 'month') }} as date)
        <= as_of.as_of_date as is_mature,

        summed.month_start_date

    from summed
    cross join as_of
    where summed.month_start_date <= as_of.as_of_date

),

rated as (

    select
        definition_id,
        payer_key,
        denial_reason_key,

        numerator,
        denominator,
        {{ kpi_trend_columns(
            ['definition_id', 'payer_key', 'denial_reason_key'],
            counts_when='is_mature',
            rate_when='is_mature'
        ) }},
        appealed_amount,
        recovered_amount,
        total_days_to_file,
        filed_appeal_count,
        total_days_to_decision,

        is_mature,

        month_start_date

    from dated

),

targeted as (

    select
        {{ surrogate_key([
            'rated.payer_key', 'rated.denial_reason_key', 'rated.month_start_date'
        ]) }} as kpi_appeals_key,
        rated.payer_key,
        rated.denial_reason_key,

        'appeal_overturn_rate' as kpi_id,
        rated.definition_id,

        rated.numerator,
        rated.denominator,
        rated.rate,
        rated.previous_month_rate,
        rated.rate - rated.previous_month_rate as rate_change,
        rated.trailing_three_month_rate,
        rated.rate_lower,
        rated.rate_upper,
        cast(targets.target_value as {{ type_rate() }}) as target_rate,
        cast(rated.appealed_amount as {{ type_money() }}) as appealed_amount,
        cast(rated.recovered_amount as {{ type_money() }}) as recovered_amount,
        {{ rate('rated.recovered_amount', 'rated.appealed_amount') }} as recovered_share_rate,
        cast(coalesce(rated.total_days_to_file, 0) as integer) as total_days_to_file,
        cast(rated.filed_appeal_count as integer) as filed_appeal_count,
        {{ rate('rated.total_days_to_file', 'rated.filed_appeal_count') }} as mean_days_to_file,
        cast(rated.total_days_to_decision as integer) as total_days_to_decision,
        {{ rate('rated.total_days_to_decision', 'rated.denominator') }} as mean_days_to_decision,

        rated.denominator < {{ var('small_sample_size') }} as is_small_sample,
        rated.is_mature,

        rated.month_start_date

    from rated
    left join targets
        on targets.kpi_id = 'appeal_overturn_rate'

)

select * from targeted
