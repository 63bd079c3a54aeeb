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
        sum(collected_amount) as by_person,
        cast(null as {{ type_money() }}) as by_procedure,
        cast(null as {{ type_money() }}) as by_claim
    from patient_values

    union all

    select
        'collected' as amount_kind,
        null as by_person,
        sum(collected_amount) as by_procedure,
        null as by_claim
    from profitabilities

    union all

    select
        'collected' as amount_kind,
        null as by_person,
        null as by_procedure,
        sum(payer_paid_amount + patient_paid_amount - refund_amount) as by_claim
    from claims

    union all

    select
        'margin' as amount_kind,
        sum(numerator) as by_person,
        null as by_procedure,
        sum(collected_amount - cost_amount) as by_claim
    from patient_values

    union all

    select
        'margin' as amount_kind,
        null as by_person,
        sum(numerator) as by_procedure,
        null as by_claim
    from profitabilities

),

totals as (

    select
        amount_kind,

        coalesce(sum(by_person), 0) as by_person,
        coalesce(sum(by_procedure), 0) as by_procedure,
        coalesce(sum(by_claim), 0) as by_claim

    from signed_amounts
    group by 1

)

select * from totals
where by_person <> by_procedure or by_person <> by_claim
