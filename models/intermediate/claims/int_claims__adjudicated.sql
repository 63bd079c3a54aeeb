with

remittance_claims as (

    select * from {{ ref('int_remittances__claims_adjudicated') }}
    where claim_key is not null

),

adjudicated as (

    -- money is the net of all remittances, reversals included. What is allowed and denied is the
    -- first payer's matter: denied is what its latest adjudication denies, initially denied what
    -- its first one did.
    select
        claim_key,

        max(case when is_initial_adjudication then denial_level end) as denial_level,

        cast(
            sum(case when is_of_first_payer then allowed_amount else 0 end) as {{ type_money() }}
        ) as allowed_amount,
        cast(sum(payer_paid_amount) as {{ type_money() }}) as payer_paid_amount,
        cast(
            sum(case when is_of_first_payer then 0 else payer_paid_amount end)
            as {{ type_money() }}
        ) as secondary_paid_amount,
        cast(sum(contractual_adjustment_amount) as {{ type_money() }})
            as contractual_adjustment_amount,
        cast(sum(other_adjustment_amount) as {{ type_money() }}) as other_adjustment_amount,
        cast(sum(unclassified_amount) as {{ type_money() }}) as unclassified_amount,
        cast(
            sum(
                case
                    when is_latest_adjudication and is_of_first_payer
                        then denied_amount - denied_to_patient_amount
                    else 0
                end
            ) as {{ type_money() }}
        ) as denied_amount,
        cast(
            sum(
                case when is_initial_adjudication then denied_billed_amount else 0 end
            ) as {{ type_money() }}
        ) as initially_denied_amount,
        sum(
            case when is_initial_adjudication then denied_line_count else 0 end
        ) as initially_denied_line_count,
        count(*) as remittance_count,

        max(case when is_initial_adjudication and payer_paid_amount = 0 then 1 else 0 end) = 1
            as is_zero_paid_first,

        min(case when is_initial_adjudication then remittance_date end) as first_remittance_date,
        min(
            case when payer_paid_amount > 0 and not is_reversal then remittance_date end
        ) as first_payer_payment_date

    from remittance_claims
    group by 1

)

select * from adjudicated
