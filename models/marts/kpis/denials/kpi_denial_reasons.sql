with

denials as (

    select * from {{ ref('fct_denials') }}
    where is_initial

),

claims as (

    select * from {{ ref('fct_claims') }}

),

payers as (

    select * from {{ ref('dim_payer') }}

),

denial_reasons as (

    select * from {{ ref('dim_denial_reason') }}

),

targets as (

    select * from {{ ref('kpi_targets') }}
    where kpi_id = 'denial_reason_share'

),

as_of as (

    select * from {{ ref('int_calendar__as_of') }}

),

denied_lines as (

    -- as in kpi_denial_rate_by_category: a denial counts where its claim does
    select
        payers.current_payer_key as payer_key,
        denials.denial_reason_key,

        denials.billed_amount,

        cast({{ dbt.date_trunc('month', 'denials.denied_date') }} as date) as month_start_date

    from denials
    inner join claims
        on denials.claim_key = claims.claim_key
    inner join payers
        on claims.payer_key = payers.payer_key

),

denied as (

    {% for measure, quantity in [('lines', 'count(*)'), ('dollars', 'sum(billed_amount)')] -%}
        select
            payer_key,
            denial_reason_key,

            '{{ measure }}' as measure,

            cast({{ quantity }} as {{ type_money() }}) as numerator,

            month_start_date
        from denied_lines
        group by payer_key, denial_reason_key, month_start_date
        {{ 'union all' if not loop.last }}
    {% endfor %}
),

payer_months as (

    select
        payer_key,
        measure,

        sum(numerator) as denominator,

        month_start_date

    from denied
    group by payer_key, measure, month_start_date

),

payer_reasons as (

    select distinct
        payer_key,
        denial_reason_key
    from denied

),

reasons_of_all_payers as (

    select
        denial_reason_key,
        measure,

        sum(numerator) as reason_quantity,

        month_start_date

    from denied
    group by denial_reason_key, measure, month_start_date

),

ranked_over_payers as (

    select
        reasons_of_all_payers.denial_reason_key,
        reasons_of_all_payers.measure,

        reasons_of_all_payers.reason_quantity,
        sum(reasons_of_all_payers.reason_quantity) over (
            partition by reasons_of_all_payers.measure, reasons_of_all_payers.month_start_date
        ) as all_quantity,
        sum(reasons_of_all_payers.reason_quantity) over (
            partition by reasons_of_all_payers.measure, reasons_of_all_payers.month_start_date
            order by
                reasons_of_all_payers.reason_quantity desc, denial_reasons.denial_reason_id asc
            rows between unbounded preceding and current row
        ) as cumulative_quantity,

        reasons_of_all_payers.month_start_date

    from reasons_of_all_payers
    inner join denial_reasons
        on reasons_of_all_payers.denial_reason_key = denial_reasons.denial_reason_key

),

summed as (

    -- a reason that a payer gave in another month has a share of zero in this one, which the
    -- trailing share needs
    select
        'RCM-DENIAL-REASONS' as definition_id,
        payer_months.measure,
        payer_months.payer_key,
        payer_reasons.denial_reason_key,
        denial_reasons.denial_reason_id,
        denial_reasons.denial_category,

        coalesce(denied.numerator, 0) as numerator,
        payer_months.denominator,

        denial_reasons.is_preventable,
        cast({{ dbt.last_day('payer_months.month_start_date', 'month') }} as date)
        <= as_of.as_of_date as is_mature,

        payer_months.month_start_date

    from payer_months
    inner join payer_reasons
        on payer_months.payer_key = payer_reasons.payer_key
    inner join denial_reasons
        on payer_reasons.denial_reason_key = denial_reasons.denial_reason_key
    cross join as_of
    left join denied
        on
            payer_months.payer_key = denied.payer_key
            and payer_months.measure = denied.measure
            and payer_months.month_start_date = denied.month_start_date
            and payer_reasons.denial_reason_key = denied.denial_reason_key
    where payer_months.month_start_date <= as_of.as_of_date

),

rated as (

    select
        payer_key,
        denial_reason_key,

        definition_id,
        measure,
        denial_category,

        row_number() over (
            partition by payer_key, measure, month_start_date
            order by numerator desc, denial_reason_id asc
        ) as pareto_rank,
        numerator,
        denominator,
        {{ kpi_trend_columns(
            ['definition_id', 'measure', 'payer_key', 'denial_reason_key'],
            counts_when="measure <> 'dollars' and is_mature",
            rate_when='is_mature'
        ) }},
        sum(numerator) over (
            partition by payer_key, measure, month_start_date
            order by numerator desc, denial_reason_id asc
            rows between unbounded preceding and current row
        ) as cumulative_numerator,

        is_preventable,
        is_mature,

        month_start_date

    from summed

),

completed as (

    select
        {{ surrogate_key([
            'rated.measure', 'rated.payer_key', 'rated.denial_reason_key', 'rated.month_start_date'
        ]) }} as kpi_denial_reasons_key,
        rated.payer_key,
        rated.denial_reason_key,

        'denial_reason_share' as kpi_id,
        rated.definition_id,
        rated.measure,
        rated.denial_category,

        cast(rated.pareto_rank as integer) as pareto_rank,
        cast(rated.numerator as {{ type_money() }}) as numerator,
        cast(rated.denominator as {{ type_money() }}) as denominator,
        rated.rate,
        rated.previous_month_rate,
        rated.rate - rated.previous_month_rate as rate_change,
        rated.trailing_three_month_rate,
        rated.rate_lower,
        rated.rate_upper,
        case
            when rated.is_mature
                then {{ rate('rated.cumulative_numerator', 'rated.denominator') }}
        end as cumulative_rate,
        case
            when rated.is_mature
                then {{ rate('rated.numerator', 'ranked_over_payers.all_quantity') }}
        end as rate_of_all,
        case
            when rated.is_mature
                then
                    {{ rate(
                        'ranked_over_payers.reason_quantity', 'ranked_over_payers.all_quantity'
                    ) }}
        end as all_payers_rate,
        case
            when rated.is_mature
                then
                    {{ rate(
                        'ranked_over_payers.cumulative_quantity', 'ranked_over_payers.all_quantity'
                    ) }}
        end as all_payers_cumulative_rate,
        cast(targets.target_value as {{ type_rate() }}) as target_rate,

        rated.is_preventable,
        case
            when rated.measure <> 'dollars'
                then rated.denominator < {{ var('small_sample_size') }}
        end as is_small_sample,
        rated.is_mature,

        rated.month_start_date

    from rated
    left join ranked_over_payers
        on
            rated.denial_reason_key = ranked_over_payers.denial_reason_key
            and rated.measure = ranked_over_payers.measure
            and rated.month_start_date = ranked_over_payers.month_start_date
    left join targets
        on targets.kpi_id = 'denial_reason_share'

)

select * from completed
