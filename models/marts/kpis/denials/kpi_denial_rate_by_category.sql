with

denials as (

    select * from {{ ref('fct_denials') }}
    where is_initial

),

claims as (

    select * from {{ ref('fct_claims') }}

),

denial_reasons as (

    select * from {{ ref('dim_denial_reason') }}

),

payers as (

    select * from {{ ref('dim_payer') }}

),

rates as (

    select * from {{ ref('kpi_denial_rate') }}
    where definition_id = 'AR-5' and measure in ('lines', 'dollars')

),

remitted as (

    select
        measure,
        payer_key,
        facility_key,

        sum(denominator) as denominator,

        min(case when is_mature then 1 else 0 end) = 1 as is_mature,

        month_start_date

    from rates
    group by measure, payer_key, facility_key, month_start_date

),

denied_lines as (

    -- a denial counts where its claim does, whoever sent the remittance: a payer may have been
    -- taken over by then
    select
        payers.current_payer_key as payer_key,
        claims.facility_key,
        denial_reasons.denial_category,

        denials.billed_amount,

        cast({{ dbt.date_trunc('month', 'denials.denied_date') }} as date) as month_start_date

    from denials
    inner join claims
        on denials.claim_key = claims.claim_key
    inner join payers
        on claims.payer_key = payers.payer_key
    inner join denial_reasons
        on denials.denial_reason_key = denial_reasons.denial_reason_key

),

denied as (

    select
        payer_key,
        facility_key,
        denial_category,
        'lines' as measure,

        cast(count(*) as {{ type_money() }}) as numerator,

        month_start_date
    from denied_lines
    group by payer_key, facility_key, denial_category, month_start_date

    union all

    select
        payer_key,
        facility_key,
        denial_category,
        'dollars' as measure,

        sum(billed_amount) as numerator,

        month_start_date
    from denied_lines
    group by payer_key, facility_key, denial_category, month_start_date

),

categories as (

    select distinct denial_category
    from denied

),

summed as (

    -- the denominator is that of the whole cell: add the categories up over one denominator, or
    -- the denominators over one category, never both
    select
        'AR-5' as definition_id,
        remitted.measure,
        remitted.payer_key,
        remitted.facility_key,
        categories.denial_category,

        coalesce(denied.numerator, 0) as numerator,
        remitted.denominator,

        remitted.is_mature,

        remitted.month_start_date

    from remitted
    cross join categories
    left join denied
        on
            remitted.measure = denied.measure
            and remitted.payer_key = denied.payer_key
            and remitted.facility_key = denied.facility_key
            and remitted.month_start_date = denied.month_start_date
            and categories.denial_category = denied.denial_category

),

rated as (

    select
        {{ surrogate_key([
            'measure', 'payer_key', 'facility_key', 'denial_category', 'month_start_date'
        ]) }} as kpi_denial_rate_by_category_key,
        payer_key,
        facility_key,

        'remittance_denial_rate' as kpi_id,
        definition_id,
        measure,
        denial_category,

        cast(numerator as {{ type_money() }}) as numerator,
        cast(denominator as {{ type_rate() }}) as denominator,
        {{ kpi_trend_columns(
            ['measure', 'payer_key', 'facility_key', 'denial_category'],
            counts_when="measure <> 'dollars' and is_mature",
            rate_when='is_mature'
        ) }},

        case when measure <> 'dollars' then denominator < {{ var('small_sample_size') }} end
            as is_small_sample,
        is_mature,

        month_start_date

    from summed

),

changed as (

    select
        kpi_denial_rate_by_category_key,
        payer_key,
        facility_key,

        kpi_id,
        definition_id,
        measure,
        denial_category,

        numerator,
        denominator,
        rate,
        previous_month_rate,
        rate - previous_month_rate as rate_change,
        trailing_three_month_rate,
        rate_lower,
        rate_upper,

        is_small_sample,
        is_mature,

        month_start_date

    from rated

)

select * from changed
