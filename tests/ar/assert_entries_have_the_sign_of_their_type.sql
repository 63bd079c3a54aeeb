with

transactions as (

    select * from {{ ref('fct_ar_transactions') }}

),

charges as (

    select * from {{ ref('fct_charges') }}

),

remittances as (

    select * from {{ ref('fct_remittances') }}

),

credits as (

    select distinct
        claim_key,
        post_date
    from charges
    where is_credit

),

reversals as (

    select distinct
        claim_key,
        remittance_date
    from remittances
    where is_reversal and claim_key is not null

),

allowances_above_charges as (

    -- a case rate can allow more than was charged (CO-94): the adjustment then adds to the balance
    select distinct
        claim_key,
        remittance_date
    from remittances
    where allowed_amount > billed_amount and claim_key is not null

),

turned as (

    -- entries with the sign that their type has in the normal course turned to plus
    select
        transactions.ar_transaction_key,
        transactions.claim_key,
        transactions.transaction_type,
        transactions.amount,
        transactions.post_date,

        case
            when transactions.transaction_type in ('charge', 'refund', 'transfer_from_payer')
                then transactions.amount
            else -transactions.amount
        end as normal_amount,

        case
            when transactions.transaction_type = 'charge'
                then credits.claim_key is not null
            when
                transactions.transaction_type in (
                    'payer_payment', 'contractual_adjustment', 'other_adjustment',
                    'transfer_to_secondary', 'transfer_to_patient', 'transfer_from_payer'
                )
                then
                    reversals.claim_key is not null
                    or (
                        transactions.transaction_type = 'contractual_adjustment'
                        and allowances_above_charges.claim_key is not null
                    )
            else false
        end as may_be_turned

    from transactions
    left join credits
        on
            transactions.claim_key = credits.claim_key
            and transactions.post_date = credits.post_date
    left join reversals
        on
            transactions.claim_key = reversals.claim_key
            and transactions.post_date = reversals.remittance_date
    left join allowances_above_charges
        on
            transactions.claim_key = allowances_above_charges.claim_key
            and transactions.post_date = allowances_above_charges.remittance_date

)

select * from turned
where normal_amount < 0 and not may_be_turned
