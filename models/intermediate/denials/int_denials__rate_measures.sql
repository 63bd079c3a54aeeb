with

claims as (

    select * from {{ ref('fct_claims') }}
    where first_submitted_date is not null

),

procedures as (

    select * from {{ ref('dim_procedure') }}

),

lines as (

    select * from {{ ref('int_claims__lines') }}

),

claim_measures as (

    -- a claim counts once, under the procedure with the highest charge
    select
        claims.payer_key,
        claims.facility_key,
        claims.provider_key,

        procedures.procedure_family,
        'claims' as measure,

        cast({{ dbt.date_trunc('month', 'claims.first_submitted_date') }} as date)
            as submission_month,
        cast({{ dbt.date_trunc('month', 'claims.first_remittance_date') }} as date)
            as remittance_month,

        count(*) as submitted,
        sum(case when claims.is_adjudicated then 1 else 0 end) as remitted,
        sum(case when claims.is_initially_denied then 1 else 0 end) as denied

    from claims
    inner join procedures
        on claims.primary_procedure_key = procedures.procedure_key
    group by 1, 2, 3, 4, 5, 6, 7

),

line_sums as (

    -- one pass over the lines gives both their number and their dollars
    select
        payer_key,
        facility_key,
        provider_key,

        procedure_family,

        cast({{ dbt.date_trunc('month', 'first_submitted_date') }} as date) as submission_month,
        cast({{ dbt.date_trunc('month', 'first_remittance_date') }} as date) as remittance_month,

        count(*) as line_count,
        sum(case when is_remitted then 1 else 0 end) as remitted_line_count,
        sum(case when is_initially_denied then 1 else 0 end) as denied_line_count,
        sum(billed_amount) as billed_amount,
        sum(case when is_remitted then billed_amount else 0 end) as remitted_amount,
        sum(case when is_initially_denied then billed_amount else 0 end) as denied_amount

    from lines
    group by 1, 2, 3, 4, 5, 6

),

measures as (

    select
        payer_key,
        facility_key,
        provider_key,
        procedure_family,
        measure,
        submission_month,
        remittance_month,
        cast(submitted as {{ type_money() }}) as submitted,
        cast(remitted as {{ type_money() }}) as remitted,
        cast(denied as {{ type_money() }}) as denied
    from claim_measures

    union all

    select
        payer_key,
        facility_key,
        provider_key,
        procedure_family,
        'lines' as measure,
        submission_month,
        remittance_month,
        cast(line_count as {{ type_money() }}) as submitted,
        cast(remitted_line_count as {{ type_money() }}) as remitted,
        cast(denied_line_count as {{ type_money() }}) as denied
    from line_sums

    union all

    select
        payer_key,
        facility_key,
        provider_key,
        procedure_family,
        'dollars' as measure,
        submission_month,
        remittance_month,
        cast(billed_amount as {{ type_money() }}) as submitted,
        cast(remitted_amount as {{ type_money() }}) as remitted,
        cast(denied_amount as {{ type_money() }}) as denied
    from line_sums

)

select * from measures
