with

unmatched as (

    select * from {{ ref('unmatched_remittances') }}

),

remittances as (

    select * from {{ ref('fct_remittances') }}

),

provider_adjustments as (

    select * from {{ ref('fct_provider_adjustments') }}

),

signed_amounts as (

    select
        remittance_id,
        unmatched_amount as amount
    from unmatched

    union all

    select
        remittance_id,
        -payer_paid_amount as amount
    from remittances

    union all

    select
        remittance_id,
        adjustment_amount as amount
    from provider_adjustments

    union all

    select
        remittance_id,
        payer_paid_amount as amount
    from remittances
    where claim_key is not null

    union all

    select
        remittance_id,
        -adjustment_amount as amount
    from provider_adjustments
    where claim_key is not null

),

differences as (

    select
        remittance_id,

        sum(amount) as difference

    from signed_amounts
    group by remittance_id

)

select * from differences
where difference <> 0
