with

hospital_a as (

    select * from {{ ref('stg_hospital_a__charges') }}
    where {{ is_of_changed_account() }}

),

hospital_b as (

    select * from {{ ref('stg_hospital_b__charges') }}
    where {{ is_of_changed_account() }}

),

encounters as (

    select * from {{ ref('int_hospitals__encounters_unioned') }}

),

unioned as (

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

    from hospital_a

    union all

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

    from hospital_b

),

of_encounters as (

    -- a charge without encounter has no patient and no provider: it waits in quarantine for one
    select
        unioned.hospital_id,
        unioned.charge_id,
        unioned.credited_charge_id,
        unioned.patient_control_number,
        unioned.encounter_id,

        unioned.claim_type,
        unioned.procedure_code,
        unioned.revenue_code,
        unioned.modifier_1,
        unioned.modifier_2,

        unioned.units,
        unioned.charge_amount,

        unioned.is_dates_repaired,

        unioned.service_date,
        unioned.post_date,

        unioned._loaded_at,
        unioned._source_file,
        unioned._batch_id

    from unioned
    inner join encounters
        on
            unioned.encounter_id = encounters.encounter_id
            and unioned.hospital_id = encounters.hospital_id

)

select * from of_encounters
