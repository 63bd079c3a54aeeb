{{ config(materialized='view') }}

with

accounts as (

    select * from {{ ref('int_claims__accounts') }}

),

charges as (

    select * from {{ ref('int_claims__charges_priced') }}

),

remittance_claims as (

    select * from {{ ref('int_remittances__claims_adjudicated') }}
    where claim_key is not null

),

patient_payments as (

    select * from {{ ref('stg_billing__patient_payments') }}

),

account_adjustments as (

    select * from {{ ref('stg_billing__account_adjustments') }}

),

refunds as (

    select * from {{ ref('stg_billing__refunds') }}

),

adjustment_types as (

    select * from {{ ref('adjustment_types') }}

),

charge_entries as (

    select
        charges.claim_key,
        charges.charge_id as source_id,

        case when accounts.is_insured then 'primary' else 'patient' end as responsibility,
        'charge' as transaction_type,

        charges.charge_amount as amount,

        charges.post_date

    from charges
    inner join accounts
        on charges.claim_key = accounts.claim_key

),

remittance_entries as (

    -- denied amounts are not posted: they stay in the balance until they are recovered, moved to
    -- the patient or written off
    {% for transaction_type, responsibility, expression in [
        ('payer_payment', 'payer', '-payer_paid_amount'),
        ('contractual_adjustment', 'payer', '-contractual_adjustment_amount'),
        ('other_adjustment', 'payer', '-other_adjustment_amount'),
        ('transfer_to_patient', 'payer', '-patient_responsibility_amount'),
        ('transfer_from_payer', 'patient', 'patient_responsibility_amount'),
    ] -%}
        select
            claim_key,
            remittance_claim_id as source_id,

            {% if responsibility == 'payer' -%}
                {{ payer_responsibility('claim_status_code') }} as responsibility,
            {%- else -%}
                'patient' as responsibility,
            {%- endif %}
            '{{ transaction_type }}' as transaction_type,

            {{ expression }} as amount,

            remittance_date as post_date

        from remittance_claims
        where {{ expression | replace('-', '') }} <> 0
        {% if not loop.last %}
        union all
        {% endif %}
    {% endfor %}
),

patient_payment_entries as (

    select
        accounts.claim_key,
        patient_payments.patient_payment_id as source_id,

        'patient' as responsibility,
        'patient_payment' as transaction_type,

        -patient_payments.payment_amount as amount,

        patient_payments.post_date

    from patient_payments
    inner join accounts
        on patient_payments.patient_control_number = accounts.patient_control_number

),

adjustment_entries as (

    select
        accounts.claim_key,
        account_adjustments.account_adjustment_id as source_id,

        adjustment_types.ledger_responsibility as responsibility,
        account_adjustments.adjustment_type as transaction_type,

        -account_adjustments.adjustment_amount as amount,

        account_adjustments.post_date

    from account_adjustments
    inner join accounts
        on account_adjustments.patient_control_number = accounts.patient_control_number
    inner join adjustment_types
        on account_adjustments.adjustment_type = adjustment_types.adjustment_type

),

refund_entries as (

    select
        accounts.claim_key,
        refunds.refund_id as source_id,

        case when refunds.refunded_to = 'payer' then 'primary' else 'patient' end
            as responsibility,
        'refund' as transaction_type,

        refunds.refund_amount as amount,

        refunds.post_date

    from refunds
    inner join accounts
        on refunds.patient_control_number = accounts.patient_control_number

),

entries as (

    select * from charge_entries
    union all
    select * from remittance_entries
    union all
    select * from patient_payment_entries
    union all
    select * from adjustment_entries
    union all
    select * from refund_entries

),

transactions as (

    select
        entries.claim_key,
        accounts.payer_key,
        accounts.facility_key,
        entries.source_id,

        entries.responsibility,
        entries.transaction_type,

        cast(entries.amount as {{ type_money() }}) as amount,

        entries.post_date,
        accounts.aging_date as service_date

    from entries
    inner join accounts
        on entries.claim_key = accounts.claim_key

)

select * from transactions
