with

cells as (

    select * from {{ ref('int_denials__rate_cells') }}
    where slice = 'payer'

),

targets as (

    select * from {{ ref('kpi_targets') }}

),

summed as (

    select
        definition_id,
        measure,
        payer_key,
        facility_key,
        procedure_family,

        sum(numerator) as numerator,
        cast(
            cast(sum(denominator) as numeric(18, 6)) / max(averaged_months) as {{ type_rate() }}
        ) as denominator,
        sum(adjudicated) as adjudicated,

        min(case when is_mature then 1 else 0 end) = 1 as is_mature,

        month_start_date

    from cells
    group by definition_id, measure, payer_key, facility_key, procedure_family, month_start_date

),

rated as (

    select
        {{ surrogate_key([
            'definition_id', 'measure', 'payer_key', 'facility_key', 'procedure_family',
            'month_start_date'
        ]) }} as kpi_denial_rate_key,
        payer_key,
        facility_key,

        {{ denial_target_id('definition_id', 'measure') }} as kpi_id,
        definition_id,
        measure,
        procedure_family,

        cast(numerator as {{ type_money() }}) as numerator,
        cast(denominator as {{ type_rate() }}) as denominator,
        cast(adjudicated as {{ type_money() }}) as adjudicated,
        {{ kpi_trend_columns(
            ['definition_id', 'measure', 'payer_key', 'facility_key', 'procedure_family'],
            counts_when="measure <> 'dollars' and definition_id <> 'CITF-1' and is_mature",
            rate_when='is_mature'
        ) }},

        denominator < {{ var('small_sample_size') }} as is_small_sample,
        is_mature,

        month_start_date

    from summed

),

targeted as (

    select
        rated.kpi_denial_rate_key,
        rated.payer_key,
        rated.facility_key,

        rated.kpi_id,
        rated.definition_id,
        rated.measure,
        rated.procedure_family,

        rated.numerator,
        rated.denominator,
        rated.adjudicated,
        rated.rate,
        rated.previous_month_rate,
        rated.rate - rated.previous_month_rate as rate_change,
        rated.trailing_three_month_rate,
        rated.rate_lower,
        rated.rate_upper,
        cast(targets.target_value as {{ type_rate() }}) as target_rate,

        case when rated.measure <> 'dollars' then rated.is_small_sample end as is_small_sample,
        rated.is_mature,

        rated.month_start_date

    from rated
    left join targets
        on rated.kpi_id = targets.kpi_id

)

select * from targeted
