with

patients as (

    select * from {{ ref('int_hospitals__patients_unioned') }}

),

versions as (

    select
        {{ surrogate_key(['hospital_id', 'patient_id', "'1900-01-01'"]) }} as patient_key,
        -- one person a patient number until identity is matched across the hospitals
        {{ surrogate_key(['hospital_id', 'patient_id', "'1900-01-01'"]) }} as person_key,
        hospital_id,
        patient_id,

        sex,
        state,
        zip,

        birth_date,
        death_date,

        {{ single_version() }}

    from patients

)

select * from versions
