with

raw_money as (

    select
        'charges of HOSPITAL_A' as kind,
        sum(amount) as amount
    from {{ source('hospital_a', 'charges') }}
    where {{ arrived_by_as_of() }}

    union all

    select
        'charges of HOSPITAL_B' as kind,
        sum(charge_cents) * cast(0.01 as numeric(3, 2)) as amount
    from {{ source('hospital_b', 'charges') }}
    where {{ arrived_by_as_of() }}

    union all

    select
        'payments by payers' as kind,
        sum(paid_amount) as amount
    from {{ source('clearinghouse', 'remittance_claims') }}
    where {{ arrived_by_as_of() }}

    union all

    select
        'adjustments by payers' as kind,
        sum(amount) as amount
    from {{ source('clearinghouse', 'remittance_adjustments') }}
    where {{ arrived_by_as_of() }}

    union all

    select
        'payments by patients' as kind,
        sum(amount) as amount
    from {{ source('billing', 'patient_payments') }}
    where {{ arrived_by_as_of() }}

    union all

    select
        'adjustments by us' as kind,
        sum(amount) as amount
    from {{ source('billing', 'account_adjustments') }}
    where {{ arrived_by_as_of() }}

    union all

    select
        'refunds' as kind,
        sum(amount) as amount
    from {{ source('billing', 'refunds') }}
    where {{ arrived_by_as_of() }}

),

charges as (

    select * from {{ ref('fct_charges') }}

),

transactions as (

    select * from {{ ref('fct_ar_transactions') }}

),

remittances as (

    select * from {{ ref('fct_remittances') }}

),

facilities as (

    select * from {{ ref('dim_facility') }}

),

payer_payments as (

    -- what answers to no claim of ours is on no account either
    select -amount as amount
    from transactions
    where transaction_type = 'payer_payment'

    union all

    select payer_paid_amount as amount
    from remittances
    where not is_matched

),

mart_money as (

    {% for hospital_id in ['HOSPITAL_A', 'HOSPITAL_B'] -%}
        select
            'charges of {{ hospital_id }}' as kind,
            'fct_charges' as mart,
            sum(charges.charge_amount) as amount
        from charges
        inner join facilities
            on charges.facility_key = facilities.facility_key
        where facilities.hospital_id = '{{ hospital_id }}'

        union all

        select
            'charges of {{ hospital_id }}' as kind,
            'fct_ar_transactions' as mart,
            sum(transactions.amount) as amount
        from transactions
        inner join facilities
            on transactions.facility_key = facilities.facility_key
        where
            transactions.transaction_type = 'charge'
            and facilities.hospital_id = '{{ hospital_id }}'

        union all
    {% endfor %}
    select
        'payments by payers' as kind,
        'fct_remittances' as mart,
        sum(payer_paid_amount) as amount
    from remittances

    union all

    select
        'payments by payers' as kind,
        'fct_ar_transactions and unmatched fct_remittances' as mart,
        sum(amount) as amount
    from payer_payments

    union all

    select
        'adjustments by payers' as kind,
        'fct_remittances' as mart,
        sum(
            contractual_adjustment_amount + other_adjustment_amount + prior_payer_amount
            + patient_responsibility_amount + denied_amount - denied_to_patient_amount
            + unclassified_amount
        ) as amount
    from remittances

    union all

    select
        'payments by patients' as kind,
        'fct_ar_transactions' as mart,
        -sum(amount) as amount
    from transactions
    where transaction_type = 'patient_payment'

    union all

    select
        'adjustments by us' as kind,
        'fct_ar_transactions' as mart,
        -sum(amount) as amount
    from transactions
    where
        transaction_type in (
            'denial_writeoff', 'bad_debt', 'charity', 'small_balance', 'uninsured_discount'
        )

    union all

    select
        'refunds' as kind,
        'fct_ar_transactions' as mart,
        sum(amount) as amount
    from transactions
    where transaction_type = 'refund'

),

compared as (

    select
        mart_money.kind,
        mart_money.mart,

        coalesce(raw_money.amount, 0) as raw_amount,
        coalesce(mart_money.amount, 0) as mart_amount

    from mart_money
    inner join raw_money
        on mart_money.kind = raw_money.kind

)

select * from compared
where raw_amount <> mart_amount
