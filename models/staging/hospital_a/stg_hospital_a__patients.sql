with

source as (

    select * from {{ source('hospital_a', 'patients') }}
    where {{ arrived_by_as_of() }}

),

standardised as (

    select
        'HOSPITAL_A' as hospital_id,
        patient_id,

        {{ proper_case('first_name') }} as first_name,
        {{ proper_case('last_name') }} as last_name,
        case upper(trim(sex))
            when 'F' then 'female'
            when 'M' then 'male'
            else 'unknown'
        end as sex,
        nullif(trim(address_line), '') as address_line,
        {{ proper_case('city') }} as city,
        upper(nullif(trim(state), '')) as state,
        nullif(trim(zip), '') as given_zip,
        nullif(trim(phone), '') as given_phone,
        {{ regexp_replace_all('phone', '[^0-9]', '') }} as phone_digits,
        lower(nullif(trim(email), '')) as given_email,
        nullif(trim(ssn_last4), '') as ssn_last4,

        {{ parse_date('birth_date', 'mmddyyyy_slashes') }} as birth_date,
        {{ parse_date('death_date', 'mmddyyyy_slashes') }} as death_date,

        _loaded_at,
        _source_file,
        _batch_id

    from source

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

        birth_date,
        death_date,

        _loaded_at,
        _source_file,
        _batch_id

    from standardised

),

cleaned as (

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

        given_phone is not null and phone is null as is_phone_malformed,
        given_email is not null and email is null as is_email_malformed,
        given_zip is not null and zip is null as is_zip_malformed,

        birth_date,
        death_date,

        _loaded_at,
        _source_file,
        _batch_id

    from validated

)

select * from cleaned
