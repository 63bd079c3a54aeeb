{% set posted_amounts = [
    ('payer_paid_amount', 'payer_payment', 'payer_payment'),
    ('contractual_adjustment_amount', 'contractual_adjustment', 'contractual_adjustment'),
    ('other_adjustment_amount', 'other_adjustment', 'other_adjustment'),
    ('patient_responsibility_amount', 'transfer_to_secondary', 'transfer_to_patient'),
] %}

with

remittances as (

    select * from {{ ref('fct_remittances') }}
    where claim_key is not null

),

transactions as (

    select * from {{ ref('fct_ar_transactions') }}

),

signed_amounts as (

    {% for amount, type, other_type in posted_amounts -%}
        select
            claim_key,
            remittance_date as post_date,
            '{{ amount }}' as kind,
            {{ amount }} as amount
        from remittances

        union all

        -- an entry takes off the balance what the payer decided
        select
            claim_key,
            post_date,
            '{{ amount }}' as kind,
            amount
        from transactions
        where transaction_type in ('{{ type }}', '{{ other_type }}')
        {{ 'union all' if not loop.last }}
    {% endfor %}
),

differences as (

    select
        claim_key,
        post_date,
        kind,

        sum(amount) as difference_amount

    from signed_amounts
    group by 1, 2, 3

)

select * from differences
where difference_amount <> 0
