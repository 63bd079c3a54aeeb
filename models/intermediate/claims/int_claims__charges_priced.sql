with

charges as {{ inlined() }} (

    select * from {{ ref('int_hospitals__charges_unioned') }}

),

accounts as (

    select * from {{ ref('int_claims__accounts') }}

),

fee_schedules as (

    select * from {{ ref('stg_billing__fee_schedules') }}

),

credits as (

    -- a credit whose charge has not arrived takes money off its account, but no line of it
    select
        credit_lines.hospital_id,
        credit_lines.charge_id,
        credited_lines.charge_id as credited_charge_id,

        credit_lines.charge_amount,

        credit_lines.post_date,
        credited_lines.service_date

    from charges as credit_lines
    inner join charges as credited_lines
        on
            credit_lines.credited_charge_id = credited_lines.charge_id
            and credit_lines.hospital_id = credited_lines.hospital_id

),

credits_by_charge as (

    select
        hospital_id,
        credited_charge_id as charge_id,

        sum(-charge_amount) as credited_amount,

        max(post_date) as credited_date

    from credits
    group by 1, 2

),

dated as (

    -- a credit takes back the price and the revenue of the service that it credits
    select
        charges.hospital_id,
        charges.patient_control_number,
        charges.charge_id,
        credits.credited_charge_id,

        charges.claim_type,
        charges.procedure_code,
        charges.revenue_code,
        charges.modifier_1,
        charges.modifier_2,

        charges.units,
        charges.charge_amount,
        coalesce(credits_by_charge.credited_amount, 0) as credited_amount,

        charges.credited_charge_id is not null as is_credit,

        coalesce(credits.service_date, charges.service_date) as service_date,
        charges.post_date,
        credits_by_charge.credited_date

    from charges
    left join credits
        on
            charges.charge_id = credits.charge_id
            and charges.hospital_id = credits.hospital_id
    left join credits_by_charge
        on
            charges.charge_id = credits_by_charge.charge_id
            and charges.hospital_id = credits_by_charge.hospital_id

),

priced as (

    select
        {{ surrogate_key(['dated.hospital_id', 'dated.charge_id']) }} as charge_key,
        case
            when dated.credited_charge_id is not null
                then {{ surrogate_key(['dated.hospital_id', 'dated.credited_charge_id']) }}
        end as credited_charge_key,
        accounts.claim_key,
        accounts.encounter_key,
        accounts.payer_key,
        accounts.provider_key,
        accounts.facility_key,
        accounts.department_key,
        dated.hospital_id,
        dated.patient_control_number,
        dated.charge_id,
        {{ procedure_id('dated.procedure_code', 'dated.revenue_code') }} as procedure_id,

        dated.modifier_1,
        dated.modifier_2,

        dated.units,
        dated.charge_amount,
        cast(dated.credited_amount as {{ type_money() }}) as credited_amount,
        -- without a contract nothing says that less than the charge is due
        coalesce(
            cast(
                fee_schedules.allowed_amount * dated.units
                * case when dated.charge_amount < 0 then -1 else 1 end as {{ type_money() }}
            ),
            dated.charge_amount
        ) as expected_allowed_amount,

        fee_schedules.allowed_amount is not null as has_contract,
        dated.is_credit,

        dated.service_date,
        dated.post_date,
        dated.credited_date

    from dated
    inner join accounts
        on
            dated.patient_control_number = accounts.patient_control_number
            and dated.hospital_id = accounts.hospital_id
    left join fee_schedules
        on
            accounts.payer_id = fee_schedules.payer_id
            and dated.hospital_id = fee_schedules.hospital_id
            and dated.claim_type = fee_schedules.claim_type
            and coalesce(dated.procedure_code, dated.revenue_code) = fee_schedules.service_code
            and dated.service_date >= fee_schedules.effective_from_date
            -- not `or ... is null`, for which DuckDB tries every pair of rows
            and dated.service_date
            <= coalesce(fee_schedules.effective_to_date, cast('9999-12-31' as date))

)

select * from priced
