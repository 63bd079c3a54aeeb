with

charges as {{ inlined() }} (

    select * from {{ ref('fct_charges') }}

),

claims as (

    select * from {{ ref('fct_claims') }}

),

procedures as (

    select * from {{ ref('dim_procedure') }}

),

procedure_costs as (

    select * from {{ ref('procedure_costs') }}

),

credits_by_charge as (

    select
        credited_charge_key as charge_key,

        sum(units) as units,
        sum(charge_amount) as charge_amount,
        sum(expected_allowed_amount) as expected_allowed_amount

    from charges
    where credited_charge_key is not null
    group by 1

),

standing_lines as (

    -- a credit lies on the line that it takes back; one whose charge has not arrived stands alone
    select
        charges.charge_key,
        charges.claim_key,
        charges.procedure_key,

        charges.units * case when charges.is_credit then -1 else 1 end
        - coalesce(credits_by_charge.units, 0) as units,
        cast(
            charges.charge_amount + coalesce(credits_by_charge.charge_amount, 0)
            as {{ type_money() }}
        ) as charge_amount,
        cast(
            charges.expected_allowed_amount
            + coalesce(credits_by_charge.expected_allowed_amount, 0) as {{ type_money() }}
        ) as expected_allowed_amount,

        charges.service_date

    from charges
    left join credits_by_charge
        on charges.charge_key = credits_by_charge.charge_key
    where charges.credited_charge_key is null

),

costed as (

    -- what was taken back was not done, and cost nothing
    select
        standing_lines.charge_key,
        standing_lines.claim_key,
        standing_lines.procedure_key,

        standing_lines.units,
        standing_lines.charge_amount,
        standing_lines.expected_allowed_amount,
        case when standing_lines.expected_allowed_amount > 0 then 1 else 0 end
        * standing_lines.expected_allowed_amount as allowed_weight,
        cast(
            case
                when standing_lines.charge_amount <= 0 then 0
                when procedure_costs.cost_per_unit_amount is not null
                    then
                        procedure_costs.cost_per_unit_amount
                        * case when standing_lines.units > 0 then standing_lines.units else 0 end
                else procedure_costs.cost_to_charge_rate * standing_lines.charge_amount
            end as {{ type_money() }}
        ) as cost_amount,

        standing_lines.service_date

    from standing_lines
    inner join procedures
        on standing_lines.procedure_key = procedures.procedure_key
    left join procedure_costs
        on procedures.procedure_family = procedure_costs.procedure_family

),

summed as (

    select
        charge_key,
        claim_key,
        procedure_key,

        units,
        charge_amount,
        expected_allowed_amount,
        allowed_weight,
        sum(allowed_weight) over (partition by claim_key) as claim_weight,
        cost_amount,

        service_date

    from costed

),

weighed as (

    -- money on a claim of which nothing stands falls on its lines alike
    select
        charge_key,
        claim_key,
        procedure_key,

        units,
        charge_amount,
        expected_allowed_amount,
        cast(
            case when claim_weight > 0 then allowed_weight else 1 end as {{ type_money() }}
        ) as weight,
        cost_amount,

        service_date

    from summed

),

accumulated as (

    select
        charge_key,
        claim_key,
        procedure_key,

        units,
        charge_amount,
        expected_allowed_amount,
        weight,
        cast(
            sum(weight) over (
                partition by claim_key order by charge_key
                rows between unbounded preceding and current row
            ) as {{ type_money() }}
        ) as weight_so_far,
        cast(sum(weight) over (partition by claim_key) as {{ type_money() }}) as claim_weight,
        cost_amount,

        service_date

    from weighed

),

collected as (

    select
        claim_key,
        patient_key,
        person_key,
        payer_key,
        provider_key,
        facility_key,
        department_key,

        abs(payer_paid_amount + patient_paid_amount - refund_amount) as collected_amount,
        case
            when payer_paid_amount + patient_paid_amount < refund_amount then -1 else 1
        end as collected_sign

    from claims

),

shared as (

    -- each line gets the rounded sum up to it less the rounded sum before it: so the cents that
    -- rounding leaves over fall on some line, and the lines add up to the claim
    select
        accumulated.charge_key,
        accumulated.claim_key,
        collected.patient_key,
        collected.person_key,
        collected.payer_key,
        collected.provider_key,
        collected.facility_key,
        collected.department_key,
        accumulated.procedure_key,

        cast(accumulated.units as numeric(10, 2)) as units,
        accumulated.charge_amount,
        accumulated.expected_allowed_amount,
        cast(
            collected.collected_sign * (
                {{ share_of_money(
                    'collected.collected_amount', 'accumulated.weight_so_far',
                    'accumulated.claim_weight'
                ) }}
                - {{ share_of_money(
                    'collected.collected_amount',
                    '(accumulated.weight_so_far - accumulated.weight)', 'accumulated.claim_weight'
                ) }}
            ) as {{ type_money() }}
        ) as collected_amount,
        accumulated.cost_amount,

        accumulated.service_date

    from accumulated
    inner join collected
        on accumulated.claim_key = collected.claim_key

)

select * from shared
