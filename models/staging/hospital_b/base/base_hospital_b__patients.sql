with

source as (

    select * from {{ source('hospital_b', 'patients') }}
    where {{ arriving() }}

),

standardised as (

    select
        'HOSPITAL_B' as hospital_id,
        {{ normalised_code('mrn') }} as patient_id,

        {{ proper_case("split_part(full_name, ',', 2)") }} as first_name,
        {{ proper_case("split_part(full_name, ',', 1)") }} as last_name,
        case trim(gender_code)
            when '2' then 'female'
            when '1' then 'male'
            else 'unknown'
        end as sex,
        {{ squeezed('street') }} as address_line,
        {{ proper_case('city_name') }} as city,
        {{ normalised_code('state_code') }} as state,
        nullif(trim(postal_code), '') as given_zip,
        nullif(trim(phone_number), '') as given_phone,
        {{ regexp_replace_all('phone_number', '[^0-9]', '') }} as phone_digits,
        lower(nullif(trim(email_address), '')) as given_email,
        nullif(trim(ssn_last4), '') as ssn_last4,

        -- this hospital writes LAST, FIRST in capitals: anything else was repaired
        coalesce(
            full_name
            <> upper({{ squeezed("split_part(full_name, ',', 1)") }})
            || coalesce(', ' || upper({{ squeezed("split_part(full_name, ',', 2)") }}), ''),
            false
        ) as is_name_repaired,

        nullif(trim(dob), '') as given_birth_date,
        nullif(trim(dod), '') as given_death_date,
        {{ parse_date('trim(dob)', 'yyyymmdd') }} as birth_date,
        {{ parse_date('trim(dod)', 'yyyymmdd') }} as death_date,

        _loaded_at,
        _source_file,
        _batch_id

    from source
    {{ computed_once() }}

),

validated as (

    select
        hospital_id,
        patient_id,

        first_name,
        last_name,
        sex,
        address_line,
        city,
        state,
        case
            when {{ regexp_matches('given_zip', '^[0-9]{5}(-?[0-9]{4})?$') }}
                then substr(given_zip, 1, 5)
        end as zip,
        case
            when not {{ regexp_matches('given_phone', '^[-0-9() .+]+$') }} then null
            when length(phone_digits) = 10 then '+1' || phone_digits
            when length(phone_digits) = 11 and phone_digits like '1%' then '+' || phone_digits
        end as phone,
        case
            when {{ regexp_matches(
                'given_email', '^[a-z0-9._%+-]+@[a-z0-9-]+([.][a-z0-9-]+)*[.][a-z]{2,}$'
            ) }}
                then given_email
        end as email,
        ssn_last4,
        given_zip,
        given_phone,
        given_email,

        is_name_repaired,

        given_birth_date,
        given_death_date,
        birth_date,
        death_date,

        _loaded_at,
        _source_file,
        _batch_id

    from standardised
    {{ computed_once() }}

),

judged as (

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
        case
            when given_birth_date is not null and birth_date is null then 'birth_date'
            when {{ is_impossible_date('birth_date', earliest='1900-01-02') }} then 'birth_date'
            when given_death_date is not null and death_date is null then 'death_date'
            when {{ is_impossible_date('death_date', earliest='1900-01-02') }} then 'death_date'
        end as unusable_column,

        is_name_repaired,
        given_phone is not null and phone is null as is_phone_malformed,
        given_email is not null and email is null as is_email_malformed,
        given_zip is not null and zip is null as is_zip_malformed,

        birth_date,
        death_date,

        _loaded_at,
        _source_file,
        _batch_id

    from validated

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
        case when unusable_column is not null then 'impossible_date' end as unusable_reason,
        unusable_column,

        is_name_repaired,
        is_phone_malformed,
        is_email_malformed,
        is_zip_malformed,

        birth_date,
        death_date,

        _loaded_at,
        _source_file,
        _batch_id

    from judged

)

select * from patients
