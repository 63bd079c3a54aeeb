with

transactions as (

    select * from {{ ref('fct_ar_transactions') }}
    where
        transaction_type in (
            'transfer_to_secondary', 'transfer_to_patient', 'transfer_from_payer'
        )

),

transfers as (

    -- what leaves one side reaches another on the same day
    select
        claim_key,
        post_date,

        sum(amount) as difference_amount,
        sum(
            case
                when
                    transaction_type = 'transfer_to_secondary'
                    or (transaction_type = 'transfer_from_payer' and responsibility = 'secondary')
                    then amount
                else 0
            end
        ) as secondary_difference_amount

    from transactions
    group by 1, 2

)

select * from transfers
where difference_amount <> 0 or secondary_difference_amount <> 0
