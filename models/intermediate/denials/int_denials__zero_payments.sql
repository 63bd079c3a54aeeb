with

remittance_claims as (

    select * from {{ ref('fct_remittances') }}
    where
        not is_reversal
        and payer_sequence = 'P'

),

claims as (

    select * from {{ ref('fct_claims') }}

),

procedures as (

    select * from {{ ref('dim_procedure') }}

),

payers as (

    select * from {{ ref('dim_payer') }}

),

providers as (

    select * from {{ ref('dim_provider') }}

),

dated as (

    select
        payers.current_payer_key as payer_key,
        remittance_claims.facility_key,
        providers.current_provider_key as provider_key,

        procedures.procedure_family,

        remittance_claims.billed_amount,

        remittance_claims.payer_paid_amount = 0 as is_zero_paid,

        cast({{ dbt.date_trunc('month', 'remittance_claims.remittance_date') }} as date)
            as month_start_date

    from remittance_claims
    inner join claims
        on remittance_claims.claim_key = claims.claim_key
    inner join payers
        on remittance_claims.payer_key = payers.payer_key
    inner join providers
        on claims.provider_key = providers.provider_key
    inner join procedures
        on claims.primary_procedure_key = procedures.procedure_key

),

zero_payments as (

    select
        case when grouping(provider_key) = 1 then 'payer' else 'provider' end as slice,
        payer_key,
        facility_key,
        provider_key,

        procedure_family,

        count(*) as remittance_count,
        sum(case when is_zero_paid then 1 else 0 end) as zero_paid_count,
        cast(sum(billed_amount) as {{ type_money() }}) as billed_amount,
        cast(sum(case when is_zero_paid then billed_amount else 0 end) as {{ type_money() }})
            as zero_paid_amount,

        month_start_date

    from dated
    group by
        grouping sets (
            (payer_key, facility_key, procedure_family, month_start_date),
            (provider_key, month_start_date)
        )

)

select * from zero_payments
