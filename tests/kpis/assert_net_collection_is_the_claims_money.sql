{% set definitions = [
    ('RCM-NET-COLLECTION', 'expected_allowed_amount'),
    ('RCM-GROSS-COLLECTION', 'billed_amount'),
] %}
{% set collected = 'payer_paid_amount + patient_paid_amount - refund_amount' %}

with

net_collection as (

    select * from {{ ref('kpi_net_collection') }}

),

cash_collections as (

    select * from {{ ref('kpi_cash_collections') }}

),

claims as (

    select * from {{ ref('fct_claims') }}

),

payers as (

    select * from {{ ref('dim_payer') }}

),

claims_of_payers as (

    select
        payers.current_payer_key,
        claims.payer_paid_amount,
        claims.patient_paid_amount,
        claims.refund_amount,
        claims.expected_allowed_amount,
        claims.billed_amount

    from claims
    inner join payers
        on claims.payer_key = payers.payer_key

),

signed_numbers as (

    {% for definition_id, due in definitions -%}
        select
            '{{ definition_id }}' as what,
            payer_key,
            numerator as collected_amount,
            denominator as due_amount
        from net_collection
        where definition_id = '{{ definition_id }}'

        union all

        select
            '{{ definition_id }}' as what,
            current_payer_key as payer_key,
            -({{ collected }}) as collected_amount,
            -{{ due }} as due_amount
        from claims_of_payers

        union all

    {% endfor -%}
    select
        'cash' as what,
        payer_key,
        numerator as collected_amount,
        0 as due_amount
    from net_collection
    where definition_id = 'RCM-NET-COLLECTION'

    union all

    select
        'cash' as what,
        payer_key,
        -numerator as collected_amount,
        0 as due_amount
    from cash_collections

),

differences as (

    select
        what,
        payer_key,

        sum(collected_amount) as collected_difference,
        sum(due_amount) as due_difference

    from signed_numbers
    group by 1, 2

)

select * from differences
where collected_difference <> 0 or due_difference <> 0
