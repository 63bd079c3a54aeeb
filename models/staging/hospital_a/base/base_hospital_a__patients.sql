with

source as (

    select * from {{ source('hospital_a', 'patients') }}
    where {{ arriving() }}

),

standardised as (

    select
        'HOSPITAL_A' as hospital_id,
        {{ normalised_code('patient_id') }} as patient_id,

        {{ proper_case('first_name') }} as first_name,
        {{ proper_case('last_name') }} as last_name,
        case upper(trim(sex))
            when 'F' then 'female'
            when 'M' then 'male'
            else 'unknown'
        end as sex,
        {{ squeezed('address_line') }} as address_line,
        {{ proper_case('city') }} as city,
        {{ normalised_code('state') }} as state,
        nullif(trim(zip), '') as given_zip,
        nullif(trim(phone), '') as given_phone,
        {{ regexp_replace_all('phone', '[^0-9]', '') }} as phone_digits,
        lower(nullif(trim(email), '')) as given_email,
        nullif(trim(ssn_last4), '') as ssn_last4,

        coalesce(first_name <> {{ proper_case('first_name') }}, false)
        or coalesce(last_name <> {{ proper_case('last_name') }}, false) as is_name_repaired,

        nullif(trim(birth_date), '') as given_birth_date,
        nullif(trim(death_date), '') as given_death_date,
        {{ parse_date('trim(birth_date)', 'mmddyyyy_slashes') }} as birth_date,
        {{ parse_date('trim(death_date)', 'mmddyyyy_slashes') }} as death_date,

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
