-- Which lines make a category's denial rate? Each line denied for it is in the numerator, each line that was
-- first remitted in the month in the denominator, of each cell of kpi_denial_rate_by_category.
with

cells as (

    select * from {{ ref('kpi_denial_rate_by_category') }}

),

claims as (

    select * from {{ ref('fct_claims') }}

),

payers as (

    select * from {{ ref('dim_payer') }}

),

lines as (

    select * from {{ ref('int_claims__lines') }}

),

denials as (

    select * from {{ ref('fct_denials') }}
    where is_initial

),

denial_reasons as (

    select * from {{ ref('dim_denial_reason') }}

),

counted as (

    {% for measure, quantity in [('lines', '1'), ('dollars', 'billed_amount')] -%}
    select
        lines.claim_key,
        payers.current_payer_key as payer_key,
        lines.facility_key,
        '{{ measure }}' as measure,
        cast(null as {{ dbt.type_string() }}) as denial_category,
        0 as numerator,
        {{ quantity if measure == 'lines' else 'lines.' ~ quantity }} as denominator,
        cast({{ dbt.date_trunc('month', 'lines.first_remittance_date') }} as date)
            as month_start_date

    from lines
    inner join payers
        on lines.payer_key = payers.payer_key
    where lines.first_remittance_date is not null and payers.is_adjudicated

    union all

    select
        claims.claim_key,
        payers.current_payer_key as payer_key,
        claims.facility_key,
        '{{ measure }}' as measure,
        denial_reasons.denial_category,
        {{ quantity if measure == 'lines' else 'denials.' ~ quantity }} as numerator,
        0 as denominator,
        cast({{ dbt.date_trunc('month', 'denials.denied_date') }} as date) as month_start_date

    from denials
    inner join claims
        on denials.claim_key = claims.claim_key
    inner join payers
        on claims.payer_key = payers.payer_key
    inner join denial_reasons
        on denials.denial_reason_key = denial_reasons.denial_reason_key
    {{ 'union all' if not loop.last }}
    {% endfor %}
),

drilled as (

    select
        cells.kpi_denial_rate_by_category_key,
        counted.claim_key,

        cells.measure,
        cells.denial_category,

        counted.numerator,
        counted.denominator,

        cells.month_start_date

    from cells
    inner join counted
        on
            cells.measure = counted.measure
            and cells.payer_key = counted.payer_key
            and cells.facility_key = counted.facility_key
            and cells.month_start_date = counted.month_start_date
            and (
                counted.denial_category is null
                or cells.denial_category = counted.denial_category
            )
    where {{ is_of_cell('cells.kpi_denial_rate_by_category_key') }}

)

select * from drilled
