-- Which claims make a denial rate? Each claim, line or remittance behind each cell of kpi_denial_rate.
with

cells as (

    select * from {{ ref('kpi_denial_rate') }}

),

claims as (

    select * from {{ ref('fct_claims') }}

),

lines as (

    select * from {{ ref('int_claims__lines') }}

),

remittance_claims as (

    select * from {{ ref('fct_remittances') }}
    where not is_reversal and payer_sequence = 'P'

),

payers as (

    select * from {{ ref('dim_payer') }}

),

procedures as (

    select * from {{ ref('dim_procedure') }}

),

counted as (

    select
        claims.claim_key,
        payers.current_payer_key as payer_key,
        claims.facility_key,
        procedures.procedure_family,
        'claims' as measure,
        1 as quantity,
        claims.is_initially_denied,
        claims.first_submitted_date as submitted_date,
        claims.first_remittance_date as remittance_date

    from claims
    inner join payers
        on claims.payer_key = payers.payer_key
    inner join procedures
        on claims.primary_procedure_key = procedures.procedure_key
    where claims.first_submitted_date is not null and payers.is_adjudicated

    {% for measure, quantity in [('lines', '1'), ('dollars', 'lines.billed_amount')] %}
    union all

    select
        lines.claim_key,
        payers.current_payer_key as payer_key,
        lines.facility_key,
        lines.procedure_family,
        '{{ measure }}' as measure,
        {{ quantity }} as quantity,
        lines.is_initially_denied,
        lines.first_submitted_date as submitted_date,
        lines.first_remittance_date as remittance_date

    from lines
    inner join payers
        on lines.payer_key = payers.payer_key
    where payers.is_adjudicated
    {% endfor %}
),

remitted as (

    {% for measure, quantity in [('claims', '1'), ('dollars', 'remittance_claims.billed_amount')] -%}
    select
        claims.claim_key,
        payers.current_payer_key as payer_key,
        remittance_claims.facility_key,
        procedures.procedure_family,
        '{{ measure }}' as measure,
        {{ quantity }} as quantity,
        remittance_claims.payer_paid_amount = 0 as is_zero_paid,
        remittance_claims.remittance_date

    from remittance_claims
    inner join claims
        on remittance_claims.claim_key = claims.claim_key
    inner join payers
        on remittance_claims.payer_key = payers.payer_key
    inner join procedures
        on claims.primary_procedure_key = procedures.procedure_key
    {{ 'union all' if not loop.last }}
    {% endfor %}
),

entries as (

    select
        'RCM-IDR' as definition_id,
        claim_key,
        payer_key,
        facility_key,
        procedure_family,
        measure,
        case when is_initially_denied then quantity else 0 end as numerator,
        quantity as denominator,
        cast({{ dbt.date_trunc('month', 'submitted_date') }} as date) as month_start_date
    from counted

    union all

    select
        'AR-5' as definition_id,
        claim_key,
        payer_key,
        facility_key,
        procedure_family,
        measure,
        case when is_initially_denied then quantity else 0 end as numerator,
        quantity as denominator,
        cast({{ dbt.date_trunc('month', 'remittance_date') }} as date) as month_start_date
    from counted
    where remittance_date is not null

    union all

    select
        'CITF-1' as definition_id,
        claim_key,
        payer_key,
        facility_key,
        procedure_family,
        measure,
        case when is_initially_denied then quantity else 0 end as numerator,
        0 as denominator,
        cast({{ dbt.date_trunc('month', 'remittance_date') }} as date) as month_start_date
    from counted
    where remittance_date is not null

    {% for months_later in [1, 2, 3] %}
    union all

    -- a third of the average of the three months before
    select
        'CITF-1' as definition_id,
        claim_key,
        payer_key,
        facility_key,
        procedure_family,
        measure,
        0 as numerator,
        cast(quantity as numeric(28, 10)) / 3 as denominator,
        cast(
            {{ dbt.dateadd(
                'month', months_later, dbt.date_trunc('month', 'submitted_date')
            ) }} as date
        ) as month_start_date
    from counted
    {% endfor %}
    union all

    select
        'CITF-2' as definition_id,
        claim_key,
        payer_key,
        facility_key,
        procedure_family,
        measure,
        case when is_zero_paid then quantity else 0 end as numerator,
        quantity as denominator,
        cast({{ dbt.date_trunc('month', 'remittance_date') }} as date) as month_start_date
    from remitted

),

drilled as (

    select
        cells.kpi_denial_rate_key,
        entries.claim_key,

        cells.definition_id,
        cells.measure,

        entries.numerator,
        entries.denominator,

        cells.month_start_date

    from cells
    inner join entries
        on
            cells.definition_id = entries.definition_id
            and cells.measure = entries.measure
            and cells.month_start_date = entries.month_start_date
            and entries.payer_key = cells.payer_key
            and entries.facility_key = cells.facility_key
            and entries.procedure_family = cells.procedure_family
    where {{ is_of_cell('cells.kpi_denial_rate_key') }}

)

select * from drilled
