{% set amounts = [
    'billed_amount', 'payer_paid_amount', 'contractual_adjustment_amount',
    'other_adjustment_amount', 'prior_payer_amount', 'patient_responsibility_amount',
    'denied_amount', 'denied_to_patient_amount', 'unclassified_amount'
] %}

with

remittances as (

    select * from {{ ref('fct_remittances') }}
    where is_matched

),

as_of as (

    select * from {{ ref('int_calendar__as_of') }}

),

adjudications as (

    select
        claim_key,
        payer_sequence,
        remittance_date,

        {% for amount in amounts -%}
            {{ amount }},
        {% endfor -%}
        row_number() over (
            partition by claim_key, payer_sequence, {{ amounts | join(', ') }}
            order by remittance_date, remittance_claim_key
        ) as occurrence

    from remittances
    where not is_reversal

),

reversals as (

    select
        remittance_claim_key,
        claim_key,
        payer_sequence,
        remittance_date,

        {% for amount in amounts -%}
            {{ amount }},
        {% endfor -%}
        row_number() over (
            partition by claim_key, payer_sequence, {{ amounts | join(', ') }}
            order by remittance_date, remittance_claim_key
        ) as occurrence

    from remittances
    where is_reversal

),

paired as (

    -- an adjudication can be taken back once
    select
        reversals.remittance_claim_key,
        reversals.claim_key,
        reversals.remittance_date,
        reversals.payer_paid_amount,
        adjudications.remittance_date as adjudicated_date

    from reversals
    left join adjudications
        on
            reversals.claim_key = adjudications.claim_key
            and reversals.payer_sequence = adjudications.payer_sequence
            and reversals.occurrence = adjudications.occurrence
            {% for amount in amounts -%}
                and reversals.{{ amount }} = -adjudications.{{ amount }}
            {% endfor %}
)

select paired.*
from paired
cross join as_of
where
    (paired.adjudicated_date is null or paired.adjudicated_date > paired.remittance_date)
    and {{ has_fully_arrived('paired.remittance_date') }}
