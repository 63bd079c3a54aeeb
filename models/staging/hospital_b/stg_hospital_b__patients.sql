with

usable as (

    select * from {{ ref('base_hospital_b__patients') }}
    where unusable_reason is null

),

latest as (

    {{ latest_arrival('usable', ['patient_id']) }}

),

patients as (

    select
        hospital_id,
        patient_id,

        first_name,
        last_name,
        sex,
        address_line,
        city,
        state,
        zip,
        phone,
        email,
        ssn_last4,

        is_name_repaired,
        is_phone_malformed,
        is_email_malformed,
        is_zip_malformed,

        birth_date,
        death_date,

        _loaded_at,
        _source_file,
        _batch_id

    from latest

)

select * from patients
