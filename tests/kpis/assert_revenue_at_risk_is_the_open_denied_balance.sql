with

at_risk as (

    select * from {{ ref('kpi_revenue_at_risk') }}

),

denials as (

    select * from {{ ref('fct_denials') }}
    where not is_repeat and is_matched

),

payers as (

    select * from {{ ref('dim_payer') }}

),

denial_reasons as (

    select * from {{ ref('dim_denial_reason') }}

),

signed_numbers as (

    select
        payer_key,
        denial_category,
        denominator as amount
    from at_risk

    union all

    select
        payers.current_payer_key as payer_key,
        denial_reasons.denial_category,
        -denials.open_amount as amount

    from denials
    inner join payers
        on denials.payer_key = payers.payer_key
    inner join denial_reasons
        on denials.denial_reason_key = denial_reasons.denial_reason_key

),

differences as (

    select
        payer_key,
        denial_category,

        sum(amount) as difference

    from signed_numbers
    group by 1, 2

)

select * from differences
where difference <> 0
