with

remittance_lines as (

    select * from {{ ref('fct_remittance_lines') }}
    where contracted_amount is not null

),

underpayments as (

    select * from {{ ref('underpayments') }}

),

charges as (

    select * from {{ ref('fct_charges') }}

),

payers as (

    select * from {{ ref('dim_payer') }}

),

procedures as (

    select * from {{ ref('dim_procedure') }}

),

targets as (

    select * from {{ ref('kpi_targets') }}

),

as_of as (

    select * from {{ ref('int_calendar__as_of') }}

),

summed as (

    -- by the day of service, which chooses the contract
    select
        'RCM-UNDERPAYMENT' as definition_id,
        'underpayment_rate' as kpi_id,
        payers.current_payer_key as payer_key,
        charges.facility_key,
        procedures.procedure_family,

        cast(coalesce(sum(underpayments.underpaid_amount), 0) as {{ type_money() }})
            as numerator,
        cast(sum(remittance_lines.contracted_amount) as {{ type_money() }}) as denominator,
        cast(sum(remittance_lines.allowed_amount) as {{ type_money() }}) as allowed_amount,
        cast(count(*) as integer) as line_count,
        cast(count(underpayments.remittance_line_key) as integer) as underpaid_line_count,

        cast({{ dbt.date_trunc('month', 'remittance_lines.service_date') }} as date)
            as month_start_date

    from remittance_lines
    inner join charges
        on remittance_lines.claim_line_key = charges.charge_key
    inner join payers
        on charges.payer_key = payers.payer_key
    inner join procedures
        on charges.procedure_key = procedures.procedure_key
    left join underpayments
        on remittance_lines.remittance_line_key = underpayments.remittance_line_key
    group by 3, 4, 5, 11

),

dated as (

    select
        summed.definition_id,
        summed.kpi_id,
        summed.payer_key,
        summed.facility_key,
        summed.procedure_family,

        summed.numerator,
        summed.denominator,
        summed.allowed_amount,
        summed.line_count,
        summed.underpaid_line_count,

        {{ dbt.last_day('summed.month_start_date', 'month') }} <= as_of.as_of_date as is_mature,

        summed.month_start_date

    from summed
    cross join as_of

),

rated as (

    select
        {{ surrogate_key([
            'definition_id', 'payer_key', 'facility_key', 'procedure_family', 'month_start_date'
        ]) }} as kpi_underpayments_key,
        payer_key,
        facility_key,

        kpi_id,
        definition_id,
        procedure_family,

        numerator,
        denominator,
        allowed_amount,
        line_count,
        underpaid_line_count,
        {{ kpi_trend_columns(
            ['definition_id', 'payer_key', 'facility_key', 'procedure_family'],
            rate_when='is_mature',
            with_interval=false
        ) }},

        is_mature,

        month_start_date

    from dated

),

targeted as (

    select
        rated.kpi_underpayments_key,
        rated.payer_key,
        rated.facility_key,

        rated.kpi_id,
        rated.definition_id,
        rated.procedure_family,

        rated.numerator,
        rated.denominator,
        rated.allowed_amount,
        rated.line_count,
        rated.underpaid_line_count,
        rated.rate,
        rated.previous_month_rate,
        rated.rate - rated.previous_month_rate as rate_change,
        rated.trailing_three_month_rate,
        cast(targets.target_value as {{ type_rate() }}) as target_rate,

        rated.is_mature,

        rated.month_start_date

    from rated
    left join targets
        on rated.kpi_id = targets.kpi_id

)

select * from targeted
