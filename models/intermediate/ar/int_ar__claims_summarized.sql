with

transactions as (

    select * from {{ ref('int_ar__transactions') }}

),

balance_intervals as (

    select * from {{ ref('int_ar__balance_intervals') }}

),

amounts_by_claim as (

    select
        claim_key,

        {% for transaction_type in [
            'patient_payment', 'denial_writeoff', 'bad_debt', 'charity', 'small_balance',
            'uninsured_discount'
        ] -%}
            cast(
                sum(
                    case when transaction_type = '{{ transaction_type }}' then -amount else 0 end
                ) as {{ type_money() }}
            ) as {{ transaction_type }}_amount,
        {% endfor -%}
        cast(sum(case when transaction_type = 'refund' then amount else 0 end) as {{ type_money() }}) as refund_amount,
        cast(sum(amount) as {{ type_money() }}) as balance_amount,

        min(
            case when transaction_type = 'uninsured_discount' then post_date end
        ) as uninsured_discount_date,
        max(
            case when transaction_type in ('payer_payment', 'patient_payment') then post_date end
        ) as last_payment_date

    from transactions
    group by 1

),

current_balances as (

    -- the day on which each party's balance became what it still is
    select
        claim_key,

        max(case when responsibility <> 'patient' then valid_from end) as payer_settled_date,
        max(case when responsibility = 'patient' then valid_from end) as patient_settled_date,
        max(valid_from) as last_entry_date,

        cast(
            sum(
                case when responsibility <> 'patient' then balance_amount else 0 end
            ) as {{ type_money() }}
        ) as payer_balance_amount,
        cast(
            sum(
                case when responsibility = 'patient' then balance_amount else 0 end
            ) as {{ type_money() }}
        ) as patient_balance_amount

    from balance_intervals
    where valid_to = cast('9999-12-31' as date)
    group by 1

),

summarized as (

    select
        amounts_by_claim.claim_key,

        amounts_by_claim.patient_payment_amount as patient_paid_amount,
        amounts_by_claim.denial_writeoff_amount,
        amounts_by_claim.bad_debt_amount,
        amounts_by_claim.charity_amount,
        amounts_by_claim.small_balance_amount,
        amounts_by_claim.uninsured_discount_amount,
        amounts_by_claim.refund_amount,
        amounts_by_claim.balance_amount,
        current_balances.payer_balance_amount,
        current_balances.patient_balance_amount,

        amounts_by_claim.uninsured_discount_date,
        amounts_by_claim.last_payment_date,
        current_balances.payer_settled_date,
        current_balances.patient_settled_date,
        current_balances.last_entry_date

    from amounts_by_claim
    inner join current_balances
        on amounts_by_claim.claim_key = current_balances.claim_key

)

select * from summarized
