with

hospital_a as (

    select * from {{ ref('stg_hospital_a__charges') }}

),

hospital_b as (

    select * from {{ ref('stg_hospital_b__charges') }}

),

unioned as (

    select
        hospital_id,
        charge_id,
        patient_control_number,
        encounter_id,
        credited_charge_id,

        claim_type,
        procedure_code,
        revenue_code,
        modifier_1,
        modifier_2,

        units,
        charge_amount,

        service_date,
        post_date,

        _loaded_at,
        _source_file,
        _batch_id

    from hospital_a

    union all

    select
        hospital_id,
        charge_id,
        patient_control_number,
        encounter_id,
        credited_charge_id,

        claim_type,
        procedure_code,
        revenue_code,
        modifier_1,
        modifier_2,

        units,
        charge_amount,

        service_date,
        post_date,

        _loaded_at,
        _source_file,
        _batch_id

    from hospital_b

)

select * from unioned
