-- Which claims make a denial rate? One row per claim, line or remittance that counts in a cell of
-- kpi_denial_rate, with what it adds to the cell.
with

cells as (

    select * from {{ ref('kpi_denial_rate') }}
    where {{ is_of_cell('kpi_denial_rate_key') }}

),

claims as {{ inlined() }} (

    select * from {{ ref('fct_claims') }}

),

lines as {{ inlined() }} (

    select * from {{ ref('int_claims__lines') }}

),

remittances as {{ inlined() }} (

    select * from {{ ref('fct_remittances') }}
    where not is_reversal and payer_sequence = 'P'

),

payers as (

    select * from {{ ref('dim_payer') }}

),

procedures as (

    select * from {{ ref('dim_procedure') }}

),

submitted as {{ inlined() }} (

    select
        claims.claim_key,
        cast(null as uuid) as charge_key,
        payers.current_payer_key as payer_key,
        claims.facility_key,
        procedures.procedure_family,
        'claims' as measure,
        1 as submitted,
        case when claims.is_adjudicated then 1 else 0 end as remitted,
        case when claims.is_initially_denied then 1 else 0 end as denied,
        cast({{ dbt.date_trunc('month', 'claims.first_submitted_date') }} as date)
            as submission_month,
        cast({{ dbt.date_trunc('month', 'claims.first_remittance_date') }} as date)
            as remittance_month

    from claims
    inner join payers
        on claims.payer_key = payers.payer_key
    inner join procedures
        on claims.primary_procedure_key = procedures.procedure_key
    where claims.first_submitted_date is not null

    union all

    -- rebills and late charges are not among the lines
    {% for measure, counted in [('lines', '1'), ('dollars', 'lines.billed_amount')] -%}
        select
            lines.claim_key,
            lines.charge_key,
            payers.current_payer_key as payer_key,
            lines.facility_key,
            lines.procedure_family,
            '{{ measure }}' as measure,
            {{ counted }} as submitted,
            case when lines.is_remitted then {{ counted }} else 0 end as remitted,
            case when lines.is_initially_denied then {{ counted }} else 0 end as denied,
            cast({{ dbt.date_trunc('month', 'lines.first_submitted_date') }} as date)
                as submission_month,
            cast({{ dbt.date_trunc('month', 'lines.first_remittance_date') }} as date)
                as remittance_month

        from lines
        inner join payers
            on lines.payer_key = payers.payer_key
        {{ 'union all' if not loop.last }}
    {% endfor %}
),

zero_payments as (

    -- all deductible counts too: that is CITF-2
    {% for measure, counted in [('claims', '1'), ('dollars', 'remittances.billed_amount')] -%}
        select
            remittances.claim_key,
            cast(null as uuid) as charge_key,
            payers.current_payer_key as payer_key,
            remittances.facility_key,
            procedures.procedure_family,
            '{{ measure }}' as measure,
            case when remittances.payer_paid_amount = 0 then {{ counted }} else 0 end as numerator,
            {{ counted }} as denominator,
            cast({{ dbt.date_trunc('month', 'remittances.remittance_date') }} as date)
                as month_start_date

        from remittances
        inner join claims
            on remittances.claim_key = claims.claim_key
        inner join payers
            on remittances.payer_key = payers.payer_key
        inner join procedures
            on claims.primary_procedure_key = procedures.procedure_key
        {{ 'union all' if not loop.last }}
    {% endfor %}
),

counted as {{ inlined() }} (

    select
        claim_key,
        charge_key,
        payer_key,
        facility_key,
        procedure_family,
        'RCM-IDR' as definition_id,
        measure,
        denied as numerator,
        submitted as denominator,
        submission_month as month_start_date
    from submitted

    union all

    select
        claim_key,
        charge_key,
        payer_key,
        facility_key,
        procedure_family,
        'AR-5' as definition_id,
        measure,
        denied as numerator,
        remitted as denominator,
        remittance_month as month_start_date
    from submitted
    where remittance_month is not null

    union all

    -- what was denied in the month, against the average of the three months before
    select
        claim_key,
        charge_key,
        payer_key,
        facility_key,
        procedure_family,
        'CITF-1' as definition_id,
        measure,
        denied as numerator,
        0 as denominator,
        remittance_month as month_start_date
    from submitted
    where denied > 0

    union all

    {% for months_later in [1, 2, 3] -%}
        select
            claim_key,
            charge_key,
            payer_key,
            facility_key,
            procedure_family,
            'CITF-1' as definition_id,
            measure,
            0 as numerator,
            submitted / cast(3 as numeric(18, 6)) as denominator,
            cast({{ dbt.dateadd('month', months_later, 'submission_month') }} as date)
                as month_start_date
        from submitted

        union all

    {% endfor -%}
    select
        claim_key,
        charge_key,
        payer_key,
        facility_key,
        procedure_family,
        'CITF-2' as definition_id,
        measure,
        numerator,
        denominator,
        month_start_date
    from zero_payments

),

drilled as (

    select
        cells.kpi_denial_rate_key,
        counted.claim_key,
        counted.charge_key,

        cells.definition_id,
        cells.measure,

        counted.numerator,
        counted.denominator,
        claims.billed_amount,
        claims.initially_denied_amount,
        claims.payer_paid_amount,
        claims.balance_amount,

        claims.is_initially_denied,

        claims.service_date,
        claims.first_submitted_date,
        claims.first_remittance_date

    from cells
    inner join counted
        on
            cells.definition_id = counted.definition_id
            and cells.measure = counted.measure
            and cells.payer_key = counted.payer_key
            and cells.facility_key = counted.facility_key
            and cells.procedure_family = counted.procedure_family
            and cells.month_start_date = counted.month_start_date
    inner join claims
        on counted.claim_key = claims.claim_key

)

select * from drilled
