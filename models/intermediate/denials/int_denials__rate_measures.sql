{% set sums = ['submitted', 'remitted', 'denied'] %}

with

claims as (

    select * from {{ ref('fct_claims') }}
    where first_submitted_date is not null

),

lines as (

    select * from {{ ref('int_claims__lines') }}

),

procedures as (

    select * from {{ ref('dim_procedure') }}

),

payers as (

    -- a patient who pays alone adjudicates nothing, so denies nothing
    select * from {{ ref('dim_payer') }}
    where is_adjudicated

),

providers as (

    select * from {{ ref('dim_provider') }}

),

dated_claims as (

    -- a claim counts once, under the procedure with the highest charge
    select
        payers.current_payer_key as payer_key,
        claims.facility_key,
        providers.current_provider_key as provider_key,

        procedures.procedure_family,

        claims.is_adjudicated,
        claims.is_initially_denied,

        cast({{ dbt.date_trunc('month', 'claims.first_submitted_date') }} as date)
            as submission_month,
        cast({{ dbt.date_trunc('month', 'claims.first_remittance_date') }} as date)
            as remittance_month

    from claims
    inner join payers
        on claims.payer_key = payers.payer_key
    inner join providers
        on claims.provider_key = providers.provider_key
    inner join procedures
        on claims.primary_procedure_key = procedures.procedure_key

),

dated_lines as (

    select
        payers.current_payer_key as payer_key,
        lines.facility_key,
        providers.current_provider_key as provider_key,

        lines.procedure_family,

        lines.billed_amount,

        lines.is_remitted,
        lines.is_initially_denied,

        cast({{ dbt.date_trunc('month', 'lines.first_submitted_date') }} as date)
            as submission_month,
        cast({{ dbt.date_trunc('month', 'lines.first_remittance_date') }} as date)
            as remittance_month

    from lines
    inner join payers
        on lines.payer_key = payers.payer_key
    inner join providers
        on lines.provider_key = providers.provider_key

),

claim_sums as (

    -- two views of the same claims in one pass: by what is asked of payers, and by provider. Every
    -- rate reads one of them; a table by both would have nearly as many rows as there are claims.
    select
        case when grouping(provider_key) = 1 then 'payer' else 'provider' end as slice,
        payer_key,
        facility_key,
        provider_key,

        procedure_family,

        submission_month,
        remittance_month,

        count(*) as submitted_claims,
        sum(case when is_adjudicated then 1 else 0 end) as remitted_claims,
        sum(case when is_initially_denied then 1 else 0 end) as denied_claims

    from dated_claims
    group by
        grouping sets (
            (payer_key, facility_key, procedure_family, submission_month, remittance_month),
            (provider_key, submission_month, remittance_month)
        )

),

line_sums as (

    -- one pass over the lines gives both their number and their dollars
    select
        case when grouping(provider_key) = 1 then 'payer' else 'provider' end as slice,
        payer_key,
        facility_key,
        provider_key,

        procedure_family,

        submission_month,
        remittance_month,

        count(*) as submitted_lines,
        sum(case when is_remitted then 1 else 0 end) as remitted_lines,
        sum(case when is_initially_denied then 1 else 0 end) as denied_lines,
        sum(billed_amount) as submitted_dollars,
        sum(case when is_remitted then billed_amount else 0 end) as remitted_dollars,
        sum(case when is_initially_denied then billed_amount else 0 end) as denied_dollars

    from dated_lines
    group by
        grouping sets (
            (payer_key, facility_key, procedure_family, submission_month, remittance_month),
            (provider_key, submission_month, remittance_month)
        )

),

measures as (

    {% for measure in ['claims', 'lines', 'dollars'] -%}
        select
            slice,
            payer_key,
            facility_key,
            provider_key,

            procedure_family,
            '{{ measure }}' as measure,

            {% for sum in sums -%}
                cast({{ sum }}_{{ measure }} as {{ type_money() }}) as {{ sum }},
            {% endfor %}
            submission_month,
            remittance_month
        from {{ 'claim_sums' if measure == 'claims' else 'line_sums' }}
        {{ 'union all' if not loop.last }}
    {% endfor %}
)

select * from measures
