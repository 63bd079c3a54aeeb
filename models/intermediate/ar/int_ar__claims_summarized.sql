{{ config(sql_header=grouped_by_sorting()) }}

with

transactions as (

    select * from {{ ref('int_ar__transactions') }}

),

summarized as (

    select
        claim_key,

        cast(
            sum(case when transaction_type = 'patient_payment' then -amount else 0 end)
            as {{ type_money() }}
        ) as patient_paid_amount,
        cast(
            sum(
                case
                    when transaction_type = 'transfer_from_payer' and responsibility = 'secondary'
                        then amount
                    else 0
                end
            ) as {{ type_money() }}
        ) as secondary_responsibility_amount,
        cast(
            sum(
                case
                    when transaction_type = 'transfer_from_payer' and responsibility = 'patient'
                        then amount
                    else 0
                end
            ) as {{ type_money() }}
        ) as patient_responsibility_amount,
        {% for transaction_type in [
            'denial_writeoff', 'bad_debt', 'charity', 'small_balance', 'uninsured_discount'
        ] -%}
            cast(
                sum(
                    case when transaction_type = '{{ transaction_type }}' then -amount else 0 end
                ) as {{ type_money() }}
            ) as {{ transaction_type }}_amount,
        {% endfor -%}
        cast(
            sum(case when transaction_type = 'refund' then amount else 0 end) as {{ type_money() }}
        ) as refund_amount,
        cast(sum(amount) as {{ type_money() }}) as balance_amount,
        {% for responsibility in ['primary', 'secondary', 'patient'] -%}
            cast(
                sum(case when responsibility = '{{ responsibility }}' then amount else 0 end)
                as {{ type_money() }}
            ) as {{ responsibility }}_balance_amount,
        {% endfor %}

        max(
            case when transaction_type = 'denial_writeoff' then post_date end
        ) as denial_writeoff_date,
        max(
            case when transaction_type in ('payer_payment', 'patient_payment') then post_date end
        ) as last_payment_date,
        -- each side's balance is what it is since the side's last entry
        {% for responsibility in ['primary', 'secondary', 'patient'] -%}
            max(case when responsibility = '{{ responsibility }}' then post_date end)
                as {{ responsibility }}_settled_date,
        {% endfor -%}
        max(post_date) as last_entry_date

    from transactions
    group by 1

)

select * from summarized
