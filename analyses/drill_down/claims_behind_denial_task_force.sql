-- Which claims make HFMA's task force metrics? Each claim, line, remittance, posting or charge
-- behind each cell of kpi_denial_task_force. Metrics 1 to 3 are those of kpi_denial_rate and
-- kpi_denial_writeoffs.
with

cells as (

    select * from {{ ref('kpi_denial_task_force') }}

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

charges as (

    select * from {{ ref('fct_charges') }}

),

transactions as (

    select * from {{ ref('fct_ar_transactions') }}
    where transaction_type in ('denial_writeoff', 'charity')

),

remittance_claims as (

    select * from {{ ref('fct_remittances') }}
    where not is_reversal and payer_sequence = 'P'

),

denials as (

    select * from {{ ref('fct_denials') }}
    where is_initial

),

counted as (

    select
        claim_key,
        payer_key,
        facility_key,
        'claims' as measure,
        1 as quantity,
        is_initially_denied,
        first_submitted_date as submitted_date,
        first_remittance_date as remittance_date
    from claims
    where first_submitted_date is not null

    {% for measure, quantity in [('lines', '1'), ('dollars', 'billed_amount')] %}
        union all

        select
            claim_key,
            payer_key,
            facility_key,
            '{{ measure }}' as measure,
            {{ quantity }} as quantity,
            is_initially_denied,
            first_submitted_date as submitted_date,
            first_remittance_date as remittance_date
        from lines
    {% endfor %}
),

revenue_entries as (

    select
        claim_key,
        payer_key,
        facility_key,
        expected_allowed_amount as net_revenue_amount,
        service_date as revenue_date
    from charges

    union all

    select
        transactions.claim_key,
        transactions.payer_key,
        transactions.facility_key,
        transactions.amount as net_revenue_amount,
        claims.service_date as revenue_date

    from transactions
    inner join claims
        on transactions.claim_key = claims.claim_key
    where transactions.transaction_type = 'charity'

),

initial_denials as (

    select
        claims.claim_key,
        claims.payer_key,
        claims.facility_key,
        denials.outcome,
        denials.billed_amount,
        denials.denied_date,
        denials.appealed_date

    from denials
    inner join claims
        on denials.claim_key = claims.claim_key

),

first_appeals as (

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

entries as (

    select
        'CITF-1' as definition_id,
        claim_key,
        payer_key,
        facility_key,
        measure,
        case when is_initially_denied then quantity else 0 end as numerator,
        0 as denominator,
        remittance_date as entry_date
    from counted
    where remittance_date is not null

    {% for months_later in [1, 2, 3] %}
        union all

        select
            'CITF-1' as definition_id,
            claim_key,
            payer_key,
            facility_key,
            measure,
            0 as numerator,
            cast(quantity as numeric(28, 10)) / 3 as denominator,
            cast(
            {{ dbt.dateadd(
                'month', months_later, dbt.date_trunc('month', 'submitted_date')
            ) }} as date
            ) as entry_date
        from counted
    {% endfor %}
    {% for measure, quantity in [('claims', '1'), ('dollars', 'billed_amount')] %}
        union all

        select
            'CITF-2' as definition_id,
            claim_key,
            payer_key,
            facility_key,
            '{{ measure }}' as measure,
            case when payer_paid_amount = 0 then {{ quantity }} else 0 end as numerator,
            {{ quantity }} as denominator,
            remittance_date as entry_date
        from remittance_claims
        where claim_key is not null
    {% endfor %}
    union all

    select
        'CITF-3' as definition_id,
        claim_key,
        payer_key,
        facility_key,
        'dollars' as measure,
        -amount as numerator,
        0 as denominator,
        post_date as entry_date
    from transactions
    where transaction_type = 'denial_writeoff'

    {% for months_later in [0, 1, 2] %}
        union all

        select
            'CITF-3' as definition_id,
            claim_key,
            payer_key,
            facility_key,
            'dollars' as measure,
            0 as numerator,
            cast(net_revenue_amount as numeric(28, 10)) / 3 as denominator,
            cast(
            {{ dbt.dateadd(
                'month', months_later, dbt.date_trunc('month', 'revenue_date')
            ) }} as date
            ) as entry_date
        from revenue_entries
    {% endfor %}
    union all

    select
        'CITF-4' as definition_id,
        claim_key,
        payer_key,
        facility_key,
        'claims' as measure,
        {{ days_between('denied_date', 'appealed_date') }} as numerator,
        1 as denominator,
        appealed_date as entry_date
    from first_appeals

    union all

    select
        'CITF-5' as definition_id,
        claim_key,
        payer_key,
        facility_key,
        'claims' as measure,
        {{ days_between('first_remittance_date', 'closed_date') }} as numerator,
        1 as denominator,
        closed_date as entry_date
    from claims
    where is_initially_denied and closed_date is not null

    {% for measure, quantity in [('lines', '1'), ('dollars', 'billed_amount')] %}
        union all

        select
            'CITF-6' as definition_id,
            claim_key,
            payer_key,
            facility_key,
            '{{ measure }}' as measure,
            case when outcome in ('overturned', 'corrected') then {{ quantity }} else 0 end
                as numerator,
            {{ quantity }} as denominator,
            denied_date as entry_date
        from initial_denials
    {% endfor %}
),

drilled as (

    select
        cells.kpi_denial_task_force_key,
        entries.claim_key,

        cells.definition_id,
        cells.measure,

        entries.numerator,
        entries.denominator,

        entries.entry_date,
        cells.month_start_date

    from entries
    inner join payers
        on entries.payer_key = payers.payer_key
    inner join cells
        on
            entries.definition_id = cells.definition_id
            and entries.measure = cells.measure
            and payers.current_payer_key = cells.payer_key
            and entries.facility_key = cells.facility_key
            and cells.month_start_date
            = cast({{ dbt.date_trunc('month', 'entries.entry_date') }} as date)
    where
        payers.is_adjudicated
        and {{ is_of_cell('cells.kpi_denial_task_force_key') }}

)

select * from drilled
