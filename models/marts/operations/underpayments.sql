with

remittance_lines as (

    select * from {{ ref('fct_remittance_lines') }}
    where contracted_amount is not null

),

charges as (

    select * from {{ ref('fct_charges') }}

),

toleranced as (

    -- a dollar at least: what is less costs more to ask for than it brings
    select
        remittance_line_key,
        remittance_claim_key,
        claim_key,
        claim_line_key,

        billed_amount,
        contracted_amount,
        allowed_amount,
        payer_paid_amount,
        other_adjustment_amount,
        cast(contracted_amount - allowed_amount as {{ type_money() }}) as underpaid_amount,
        cast(
            greatest(contracted_amount * {{ var('underpayment_tolerance_rate') }}, 1.00)
            as {{ type_money() }}
        ) as tolerance_amount,

        service_date,
        remittance_date

    from remittance_lines

),

underpaid as (

    select
        toleranced.remittance_line_key,
        toleranced.remittance_claim_key,
        toleranced.claim_key,
        toleranced.claim_line_key,
        charges.payer_key,
        charges.provider_key,
        charges.facility_key,
        charges.procedure_key,

        toleranced.billed_amount,
        toleranced.contracted_amount,
        toleranced.allowed_amount,
        toleranced.payer_paid_amount,
        toleranced.underpaid_amount,
        -- what the payer says it took off beside the price
        cast(
            least(greatest(toleranced.other_adjustment_amount, 0), toleranced.underpaid_amount)
            as {{ type_money() }}
        ) as explained_amount,
        toleranced.tolerance_amount,
        {{ rate('toleranced.allowed_amount', 'toleranced.contracted_amount') }} as allowed_rate,

        toleranced.service_date,
        toleranced.remittance_date,
        cast({{ dbt.date_trunc('month', 'toleranced.service_date') }} as date) as month_start_date

    from toleranced
    inner join charges
        on toleranced.claim_line_key = charges.charge_key
    where toleranced.underpaid_amount > toleranced.tolerance_amount

)

select * from underpaid
