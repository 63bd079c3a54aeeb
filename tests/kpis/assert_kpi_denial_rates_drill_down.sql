with

denial_rates as (

    select * from {{ ref('kpi_denial_rate') }}
    where measure = 'claims' and definition_id in ('AR-5', 'RCM-IDR')

),

claims as (

    select * from {{ ref('fct_claims') }}

),

payers as (

    select * from {{ ref('dim_payer') }}

),

procedures as (

    select * from {{ ref('dim_procedure') }}

),

submitted_claims as (

    select
        payers.current_payer_key as payer_key,
        claims.facility_key,
        procedures.procedure_family,
        case when claims.is_initially_denied then 1 else 0 end as denied_count,
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

),

signed_numbers as (

    -- what the dashboard shows ...
    select
        definition_id,
        payer_key,
        facility_key,
        procedure_family,
        month_start_date,
        numerator,
        denominator
    from denial_rates

    union all

    -- ... less the claims behind it
    select
        'AR-5' as definition_id,
        payer_key,
        facility_key,
        procedure_family,
        remittance_month as month_start_date,
        -denied_count as numerator,
        -1 as denominator
    from submitted_claims
    where remittance_month is not null

    union all

    select
        'RCM-IDR' as definition_id,
        payer_key,
        facility_key,
        procedure_family,
        submission_month as month_start_date,
        -denied_count as numerator,
        -1 as denominator
    from submitted_claims

),

differences as (

    select
        definition_id,
        payer_key,
        facility_key,
        procedure_family,
        month_start_date,

        sum(numerator) as numerator_difference,
        sum(denominator) as denominator_difference

    from signed_numbers
    group by 1, 2, 3, 4, 5

)

select * from differences
where numerator_difference <> 0 or denominator_difference <> 0
