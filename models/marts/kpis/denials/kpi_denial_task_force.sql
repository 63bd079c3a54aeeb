{# As long as recoveries take: int_denials__recovery_rates. #}
{% set resolution_days = 180 %}

with

rate_cells as (

    select * from {{ ref('int_denials__rate_cells') }}
    where slice = 'payer' and definition_id in ('CITF-1', 'CITF-2')

),

writeoffs as (

    select * from {{ ref('kpi_denial_writeoffs') }}

),

denials as (

    select * from {{ ref('fct_denials') }}
    where is_initial

),

claims as (

    select * from {{ ref('fct_claims') }}
    where is_initially_denied

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

rates as (

    -- kpi_denial_rate over all procedure families, from the same cells: a sum of its rounded
    -- averages would drift
    select
        {{ denial_target_id('definition_id', 'measure') }} as kpi_id,
        definition_id,
        measure,
        payer_key,
        facility_key,
        sum(numerator) as numerator,
        cast(sum(denominator) as {{ type_rate() }}) / max(averaged_months) as denominator,
        sum(adjudicated) as adjudicated,
        month_start_date
    from rate_cells
    group by definition_id, measure, payer_key, facility_key, month_start_date

),

written_off as (

    -- metric 3 is AR-6 itself. Nobody denies a patient who pays alone: no row of this table, which
    -- is about payers, though the revenue counts in the hospital's AR-6
    select
        writeoffs.kpi_id,
        'CITF-3' as definition_id,
        'dollars' as measure,
        writeoffs.payer_key,
        writeoffs.facility_key,
        writeoffs.numerator,
        writeoffs.denominator,
        cast(null as {{ type_money() }}) as adjudicated,
        writeoffs.month_start_date
    from writeoffs
    inner join payers
        on writeoffs.payer_key = payers.payer_key
    where payers.is_adjudicated

),

denied_claims as (

    select
        claims.claim_key,
        payers.current_payer_key as payer_key,
        claims.facility_key,

        claims.first_remittance_date,
        claims.closed_date

    from claims
    inner join payers
        on claims.payer_key = payers.payer_key

),

initial_denials as (

    select
        denied_claims.claim_key,
        denied_claims.payer_key,
        denied_claims.facility_key,

        denials.outcome,

        denials.billed_amount,

        denials.denied_date,
        denials.appealed_date

    from denials
    inner join denied_claims
        on denials.claim_key = denied_claims.claim_key

),

first_appeals as (

    -- by the month of the appeal: of denials never appealed there are no days
    select
        claim_key,
        payer_key,
        facility_key,

        min(denied_date) as denied_date,
        min(appealed_date) as appealed_date

    from initial_denials
    where appealed_date is not null
    group by claim_key, payer_key, facility_key

),

spans as (

    select
        'days_denial_to_appeal' as kpi_id,
        'CITF-4' as definition_id,
        payer_key,
        facility_key,
        {{ days_between('denied_date', 'appealed_date') }} as days,
        appealed_date as end_date
    from first_appeals

    union all

    select
        'days_denial_to_resolution' as kpi_id,
        'CITF-5' as definition_id,
        payer_key,
        facility_key,
        {{ days_between('first_remittance_date', 'closed_date') }} as days,
        closed_date as end_date
    from denied_claims
    where closed_date is not null

),

durations as (

    select
        kpi_id,
        definition_id,
        'claims' as measure,
        payer_key,
        facility_key,
        cast(sum(days) as {{ type_money() }}) as numerator,
        cast(count(*) as {{ type_rate() }}) as denominator,
        cast(null as {{ type_money() }}) as adjudicated,
        cast({{ dbt.date_trunc('month', 'end_date') }} as date) as month_start_date
    from spans
    group by
        kpi_id, definition_id, payer_key, facility_key, {{ dbt.date_trunc('month', 'end_date') }}

),

overturned as (

    -- numerator and denominator are the same denials: those of the month, whenever they were won
    {% for measure, quantity in [('lines', '1'), ('dollars', 'billed_amount')] -%}
        select
            'overturn_rate' as kpi_id,
            'CITF-6' as definition_id,
            '{{ measure }}' as measure,
            payer_key,
            facility_key,
            cast(
                sum(
                    case when outcome in ('overturned', 'corrected') then {{ quantity }} else 0 end
                ) as {{ type_money() }}
            ) as numerator,
            cast(sum({{ quantity }}) as {{ type_rate() }}) as denominator,
            cast(
                sum(case when outcome not in ('open', 'appealed') then {{ quantity }} else 0 end)
                as {{ type_money() }}
            ) as adjudicated,
            cast({{ dbt.date_trunc('month', 'denied_date') }} as date) as month_start_date
        from initial_denials
        group by payer_key, facility_key, {{ dbt.date_trunc('month', 'denied_date') }}
        {{ 'union all' if not loop.last }}
    {% endfor %}
),

metrics as (

    select * from rates
    union all
    select * from written_off
    union all
    select * from durations
    union all
    select * from overturned

),

dated as (

    select
        metrics.kpi_id,
        metrics.definition_id,
        metrics.measure,
        case when metrics.definition_id in ('CITF-4', 'CITF-5') then 'days' else 'rate' end as unit,
        metrics.payer_key,
        metrics.facility_key,

        cast(metrics.numerator as {{ type_money() }}) as numerator,
        cast(metrics.denominator as {{ type_rate() }}) as denominator,
        cast(metrics.adjudicated as {{ type_money() }}) as adjudicated,

        -- the initial denials of a month have had time to be won
        case
            when metrics.definition_id = 'CITF-6'
                then
                    {{ dbt.dateadd(
                        'day', resolution_days, dbt.last_day('metrics.month_start_date', 'month')
                    ) }} <= as_of.as_of_date
            else {{ dbt.last_day('metrics.month_start_date', 'month') }} <= as_of.as_of_date
        end as is_mature,

        metrics.month_start_date

    from metrics
    cross join as_of
    where metrics.month_start_date <= as_of.as_of_date

),

measured as (

    select
        kpi_id,
        definition_id,
        measure,
        unit,
        payer_key,
        facility_key,

        numerator,
        denominator,
        adjudicated,
        {{ kpi_trend_columns(
            ['definition_id', 'measure', 'payer_key', 'facility_key'],
            counts_when=(
                "definition_id in ('CITF-2', 'CITF-6') and measure <> 'dollars' and is_mature"
            ),
            rate_when='is_mature',
            value='value'
        ) }},

        is_mature,

        month_start_date

    from dated

),

targeted as (

    select
        {{ surrogate_key([
            'measured.definition_id', 'measured.measure', 'measured.payer_key',
            'measured.facility_key', 'measured.month_start_date'
        ]) }} as kpi_denial_task_force_key,
        measured.payer_key,
        measured.facility_key,

        measured.kpi_id,
        measured.definition_id,
        measured.measure,
        measured.unit,

        measured.numerator,
        measured.denominator,
        measured.adjudicated,
        measured.value,
        measured.previous_month_value,
        measured.value - measured.previous_month_value as value_change,
        measured.trailing_three_month_value,
        measured.rate_lower,
        measured.rate_upper,
        cast(targets.target_value as {{ type_rate() }}) as target_value,

        case
            when measured.measure <> 'dollars'
                then measured.denominator < {{ var('small_sample_size') }}
        end as is_small_sample,
        measured.is_mature,

        measured.month_start_date

    from measured
    left join targets
        on measured.kpi_id = targets.kpi_id

)

select * from targeted
