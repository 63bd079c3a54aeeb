with

charges as (

    select * from {{ ref('int_claims__charges_priced') }}

),

ranked as (

    -- the line with the highest charge names the claim: of the lines that stand, if any does
    select
        claim_key,
        procedure_id,

        cast(
            sum(expected_allowed_amount) over (partition by claim_key) as {{ type_money() }}
        ) as expected_allowed_amount,
        sum(
            case
                when is_credit or (credited_amount > 0 and credited_amount = charge_amount) then 0
                else 1
            end
        ) over (partition by claim_key) as line_count,
        row_number() over (
            partition by claim_key
            order by
                charge_amount - credited_amount desc,
                charge_amount desc,
                procedure_id asc,
                charge_id asc
        ) as charge_rank

    from charges

),

summarized as (

    select
        claim_key,
        procedure_id,

        expected_allowed_amount,
        line_count

    from ranked
    where charge_rank = 1

)

select * from summarized
