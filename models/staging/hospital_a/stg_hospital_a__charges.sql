with

source as (

    select * from {{ source('hospital_a', 'charges') }}
    where {{ arrived_by_as_of() }}

),

cleaned as (

    select
        'HOSPITAL_A' as hospital_id,
        charge_id,
        account_number as patient_control_number,
        encounter_id,
        nullif(trim(credited_charge_id), '') as credited_charge_id,

        upper(trim(claim_type)) as claim_type,
        upper(nullif(trim(procedure_code), '')) as procedure_code,
        nullif(trim(revenue_code), '') as revenue_code,
        nullif(trim(modifier_1), '') as modifier_1,
        nullif(trim(modifier_2), '') as modifier_2,

        units,
        amount as charge_amount,

        {{ parse_date('service_date', 'mmddyyyy_slashes') }} as service_date,
        {{ parse_date('post_date', 'mmddyyyy_slashes') }} as post_date,

        _loaded_at,
        _source_file,
        _batch_id

    from source

)

select * from cleaned
