with

usable as (

    select * from {{ ref('base_hospital_a__charges') }}
    where unusable_reason is null

),

latest as (

    {{ latest_arrival('usable', ['charge_id']) }}

),

charges as (

    select
        hospital_id,
        charge_id,
        credited_charge_id,
        patient_control_number,
        encounter_id,

        claim_type,
        procedure_code,
        revenue_code,
        modifier_1,
        modifier_2,

        units,
        charge_amount,

        is_dates_repaired,

        service_date,
        post_date,

        _loaded_at,
        _source_file,
        _batch_id

    from latest

)

select * from charges
