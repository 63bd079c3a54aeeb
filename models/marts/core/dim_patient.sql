with

patients as (

    select * from {{ ref('int_patients__versions') }}

),

as_of as (

    select * from {{ ref('int_calendar__as_of') }}

),

aged as (

    select
        patients.patient_key,
        patients.person_key,

        patients.hospital_id,
        patients.sex,
        patients.state,
        patients.zip3,

        -- completed years: the birthday may still lie ahead in the as-of year
        cast(
            extract(year from as_of.as_of_date) - extract(year from patients.birth_date)
            - case
                when
                    extract(month from as_of.as_of_date) * 100
                    + extract(day from as_of.as_of_date)
                    < extract(month from patients.birth_date) * 100
                    + extract(day from patients.birth_date)
                    then 1
                else 0
            end as integer
        ) as age_years,
        cast(extract(year from patients.birth_date) as integer) as birth_year,
        patients.version,

        patients.is_inferred,
        patients.death_date is not null as is_deceased,
        patients.is_current,

        patients.valid_from,
        patients.valid_to

    from patients
    cross join as_of

),

dimension as (

    -- HIPAA Safe Harbor (45 CFR 164.514(b)): ages from 90 on are one class and give no birth year;
    -- three-digit zips of 20,000 people or fewer become 000
    select
        patient_key,
        person_key,
        -- the hospital's own number is an identifier; the key stands for it here
        cast(patient_key as {{ dbt.type_string() }}) as patient_id,

        hospital_id,
        sex,
        case
            when age_years is null then 'unknown'
            when age_years < 18 then '0-17'
            when age_years < 35 then '18-34'
            when age_years < 50 then '35-49'
            when age_years < 65 then '50-64'
            when age_years < 80 then '65-79'
            when age_years < {{ var('age_top_code') }} then '80-89'
            else '90+'
        end as age_band,
        state,
        case when zip3 in ({{ restricted_zip3() }}) then '000' else zip3 end as zip3,

        -- least() would pass over an unknown age
        case when age_years is not null then least(age_years, {{ var('age_top_code') }}) end
            as age_years,
        case when age_years < {{ var('age_top_code') }} then birth_year end as birth_year,
        version,

        is_inferred,
        is_deceased,
        is_current,

        valid_from,
        valid_to

    from aged

)

select * from dimension
