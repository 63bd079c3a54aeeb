{% set amounts = [
    'allowed_amount', 'payer_paid_amount', 'contractual_adjustment_amount', 'denied_amount',
    'patient_responsibility_amount'
] %}

with

lines as (

    select * from {{ ref('fct_remittance_lines') }}

),

remittances as (

    select * from {{ ref('fct_remittances') }}

),

sums as (

    select
        remittance_claim_key,

        {% for amount in amounts -%}
            sum({{ amount }}) as {{ amount }},
        {% endfor -%}
        count(*) as line_count
    from lines
    group by remittance_claim_key

)

select
    remittances.remittance_claim_key,
    sums.allowed_amount as allowed_amount_of_lines,
    remittances.allowed_amount
from remittances
left join sums
    on remittances.remittance_claim_key = sums.remittance_claim_key
where
    sums.line_count is null
    or sums.allowed_amount <> remittances.allowed_amount
    or sums.payer_paid_amount <> remittances.payer_paid_amount
    or sums.contractual_adjustment_amount <> remittances.contractual_adjustment_amount
    or sums.denied_amount <> remittances.denied_amount
    or sums.patient_responsibility_amount <> remittances.patient_responsibility_amount
