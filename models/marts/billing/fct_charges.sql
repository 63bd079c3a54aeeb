{{ config(materialized='incremental', unique_key='claim_key') }}

with

charges as (

    select * from {{ ref('int_claims__charges_priced') }}

),

keyed as (

    select
        charge_key,
        credited_charge_key,
        claim_key,
        encounter_key,
        payer_key,
        provider_key,
        facility_key,
        department_key,
        {{ surrogate_key(['procedure_id']) }} as procedure_key,

        modifier_1,
        modifier_2,

        units,
        charge_amount,
        expected_allowed_amount,
        -- a credit is no late charge
        case when not is_credit then {{ days_between('service_date', 'post_date') }} end
            as charge_lag_days,

        has_contract,
        is_credit,

        service_date,
        post_date

    from charges

)

select * from keyed
