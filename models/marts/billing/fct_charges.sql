with

charges as (

    select * from {{ ref('int_claims__charges_priced') }}

),

keyed as (

    select
        charge_key,
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
        {{ days_between('service_date', 'post_date') }} as charge_lag_days,

        has_contract,

        service_date,
        post_date

    from charges

)

select * from keyed
