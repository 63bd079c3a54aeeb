with

patient_values as (

    select * from {{ ref('kpi_patient_value') }}

),

profitabilities as (

    select * from {{ ref('kpi_procedure_profitability') }}

),

claims as (

    select * from {{ ref('fct_claims') }}

),

signed_amounts as (

    select
        'collected' as amount_kind,
        sum(collected_amount) as people,
        cast(null as {{ type_money() }}) as procedures,
        cast(null as {{ type_money() }}) as claims
    from patient_values

    union all

    select
        'collected' as amount_kind,
        null as people,
        sum(collected_amount) as procedures,
        null as claims
    from profitabilities

    union all

    select
        'collected' as amount_kind,
        null as people,
        null as procedures,
        sum(payer_paid_amount + patient_paid_amount - refund_amount) as claims
    from claims

    union all

    select
        'margin' as amount_kind,
        sum(numerator) as people,
        null as procedures,
        sum(collected_amount - cost_amount) as claims
    from patient_values

    union all

    select
        'margin' as amount_kind,
        null as people,
        sum(numerator) as procedures,
        null as claims
    from profitabilities

),

totals as (

    select
        amount_kind,

        coalesce(sum(people), 0) as people,
        coalesce(sum(procedures), 0) as procedures,
        coalesce(sum(claims), 0) as claims

    from signed_amounts
    group by 1

)

select * from totals
where people <> procedures or people <> claims
