{% set payer = "case when is_of_first_payer then 'primary' else 'secondary' end" %}
{% set remittance_entry_kinds = [
    ("'payer_payment'", payer, '-', 'payer_paid_amount'),
    ("'contractual_adjustment'", payer, '-', 'contractual_adjustment_amount'),
    ("'other_adjustment'", payer, '-', 'other_adjustment_amount'),
    ("'transfer_to_' || next_responsibility", payer, '-', 'patient_responsibility_amount'),
    ("'transfer_from_payer'", 'next_responsibility', '', 'patient_responsibility_amount'),
] %}

with

accounts as (

    select * from {{ ref('int_claims__accounts') }}

),

charges as (

    select * from {{ ref('int_claims__charges_priced') }}

),

remittance_claims as {{ inlined() }} (

    select * from {{ ref('int_remittances__claims_adjudicated') }}

),

patient_payments as (

    select * from {{ ref('stg_billing__patient_payments') }}
    where {{ is_of_changed_account() }}

),

account_adjustments as (

    select * from {{ ref('stg_billing__account_adjustments') }}
    where {{ is_of_changed_account() }}

),

refunds as (

    select * from {{ ref('stg_billing__refunds') }}
    where {{ is_of_changed_account() }}

),

adjustment_types as (

    select * from {{ ref('adjustment_types') }}

),

charge_entries as (

    select
        patient_control_number,
        charge_id as source_id,

        'primary' as responsibility,
        'charge' as transaction_type,

        charge_amount as amount,
        expected_allowed_amount,

        post_date

    from charges

),

remittance_entries as (

    -- denied amounts are not posted: they stay in the balance until they are recovered, moved to
    -- the patient or written off. Nor is OA-23, which the payer before has posted.
    {% for transaction_type, responsibility, sign, amount in remittance_entry_kinds -%}
        select
            patient_control_number,
            remittance_claim_id as source_id,

            {{ responsibility }} as responsibility,
            {{ transaction_type }} as transaction_type,

            {{ sign }}{{ amount }} as amount,
            0 as expected_allowed_amount,

            remittance_date as post_date

        from remittance_claims
        where claim_key is not null and {{ amount }} <> 0
        {{ 'union all' if not loop.last }}
    {% endfor %}
),

patient_payment_entries as (

    select
        patient_control_number,
        patient_payment_id as source_id,

        'patient' as responsibility,
        'patient_payment' as transaction_type,

        -payment_amount as amount,
        0 as expected_allowed_amount,

        post_date

    from patient_payments

),

adjustment_entries as (

    -- staging quarantines a kind that the list doesn't know. One that came past it would keep its
    -- money and have nobody whose balance it lowers, which fct_ar_transactions' contract refuses.
    select
        account_adjustments.patient_control_number,
        account_adjustments.account_adjustment_id as source_id,

        adjustment_types.ledger_responsibility as responsibility,
        account_adjustments.adjustment_type as transaction_type,

        -account_adjustments.adjustment_amount as amount,
        0 as expected_allowed_amount,

        account_adjustments.post_date

    from account_adjustments
    left join adjustment_types
        on account_adjustments.adjustment_type = adjustment_types.adjustment_type

),

refund_entries as (

    select
        patient_control_number,
        refund_id as source_id,

        -- 'payer', without a turn, is the first one
        case when refunded_to in ('patient', 'secondary') then refunded_to else 'primary' end
            as responsibility,
        'refund' as transaction_type,

        refund_amount as amount,
        0 as expected_allowed_amount,

        post_date

    from refunds

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
        accounts.claim_key,
        accounts.payer_key,
        accounts.facility_key,
        entries.source_id,

        -- who pays alone owes the charges from the start
        case when accounts.is_insured then entries.responsibility else 'patient' end
            as responsibility,
        entries.transaction_type,

        cast(entries.amount as {{ type_money() }}) as amount,
        -- of a charge: what the contract allows for it
        cast(entries.expected_allowed_amount as {{ type_money() }}) as expected_allowed_amount,

        entries.post_date,
        accounts.aging_date as service_date

    from entries
    inner join accounts
        on entries.patient_control_number = accounts.patient_control_number

)

select * from transactions
