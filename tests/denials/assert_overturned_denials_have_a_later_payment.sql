with

denials as (

    select * from {{ ref('fct_denials') }}
    where outcome = 'overturned'

),

remittances as (

    select * from {{ ref('fct_remittances') }}
    where not is_reversal

),

followed as (

    -- the payer may give way and leave the money to the patient: then it allowed, but paid nothing
    select
        denials.denial_key,
        denials.denied_date,
        denials.appealed_date,
        max(remittances.remittance_date) as later_remittance_date

    from denials
    left join remittances
        on
            denials.claim_key = remittances.claim_key
            and denials.denied_date < remittances.remittance_date
            and denials.appealed_date <= remittances.remittance_date
            and remittances.allowed_amount > 0
    group by 1, 2, 3

)

select * from followed
where later_remittance_date is null
