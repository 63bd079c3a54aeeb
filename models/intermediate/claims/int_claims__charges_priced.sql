with

charges as (

    select * from {{ ref('int_hospitals__charges_unioned') }}

),

accounts as (

    select * from {{ ref('int_claims__accounts') }}

),

fee_schedules as (

    select * from {{ ref('stg_billing__fee_schedules') }}

),

priced as (

    select
        {{ surrogate_key(['charges.hospital_id', 'charges.charge_id']) }} as charge_key,
        accounts.claim_key,
        accounts.encounter_key,
        accounts.payer_key,
        accounts.provider_key,
        accounts.facility_key,
        accounts.department_key,
        charges.hospital_id,
        charges.patient_control_number,
        charges.charge_id,
        {{ procedure_id('charges.procedure_code', 'charges.revenue_code') }} as procedure_id,

        charges.modifier_1,
        charges.modifier_2,

        charges.units,
        charges.charge_amount,
        -- without a contract nothing says that less than the charge is due
        coalesce(
            cast(fee_schedules.allowed_amount * charges.units as {{ type_money() }}),
            charges.charge_amount
        ) as expected_allowed_amount,

        fee_schedules.allowed_amount is not null as has_contract,

        charges.service_date,
        charges.post_date

    from charges
    inner join accounts
        on
            charges.patient_control_number = accounts.patient_control_number
            and charges.hospital_id = accounts.hospital_id
    left join fee_schedules
        on
            accounts.payer_id = fee_schedules.payer_id
            and charges.hospital_id = fee_schedules.hospital_id
            and charges.claim_type = fee_schedules.claim_type
            and coalesce(charges.procedure_code, charges.revenue_code) = fee_schedules.service_code
            and charges.service_date >= fee_schedules.effective_from_date
            and (
                charges.service_date <= fee_schedules.effective_to_date
                or fee_schedules.effective_to_date is null
            )

)

select * from priced
