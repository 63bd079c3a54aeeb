with

charges as (

    select * from {{ ref('int_claims__charges_priced') }}

),

ranked as (

    -- the line with the highest charge names the claim
    select
        claim_key,
        procedure_id,

        cast(
            sum(expected_allowed_amount) over (partition by claim_key) as {{ type_money() }}
        ) as expected_allowed_amount,
        row_number() over (
            partition by claim_key
            order by charge_amount desc, procedure_id asc, charge_id asc
        ) as charge_rank

    from charges

),

summarized as (

    select
        claim_key,
        procedure_id,

        expected_allowed_amount

    from ranked
    where charge_rank = 1

)

select * from summarized
