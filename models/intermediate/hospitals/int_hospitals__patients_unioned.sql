{{ config(materialized='view') }}

with

hospital_a as (

    select * from {{ ref('stg_hospital_a__patients') }}

),

hospital_b as (

    select * from {{ ref('stg_hospital_b__patients') }}

),

unioned as (

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

        is_phone_malformed,
        is_email_malformed,
        is_zip_malformed,

        birth_date,
        death_date,

        _loaded_at,
        _source_file,
        _batch_id

    from hospital_a

    union all

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

        is_phone_malformed,
        is_email_malformed,
        is_zip_malformed,

        birth_date,
        death_date,

        _loaded_at,
        _source_file,
        _batch_id

    from hospital_b

)

select * from unioned
