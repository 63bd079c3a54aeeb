with

remittance_claims as (

    select * from {{ ref('fct_remittances') }}

),

claims as (

    select * from {{ ref('fct_claims') }}

),

procedures as (

    select * from {{ ref('dim_procedure') }}

),

zero_payments as (

    select
        remittance_claims.payer_key,
        remittance_claims.facility_key,
        claims.provider_key,

        procedures.procedure_family,

        count(*) as remittance_count,
        sum(case when remittance_claims.payer_paid_amount = 0 then 1 else 0 end)
            as zero_paid_count,
        cast(sum(remittance_claims.billed_amount) as {{ type_money() }}) as billed_amount,
        cast(
            sum(
                case
                    when remittance_claims.payer_paid_amount = 0
                        then remittance_claims.billed_amount
                    else 0
                end
            ) as {{ type_money() }}
        ) as zero_paid_amount,

        cast({{ dbt.date_trunc('month', 'remittance_claims.remittance_date') }} as date)
            as month_start_date

    from remittance_claims
    inner join claims
        on remittance_claims.claim_key = claims.claim_key
    inner join procedures
        on claims.primary_procedure_key = procedures.procedure_key
    where
        not remittance_claims.is_reversal
        and remittance_claims.payer_sequence = 'P'
    group by 1, 2, 3, 4, 9

)

select * from zero_payments
