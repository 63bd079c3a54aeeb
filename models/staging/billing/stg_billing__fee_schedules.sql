with

source as (

    select * from {{ source('billing', 'fee_schedules') }}
    where {{ arriving() }}

),

cleaned as (

    select
        {{ normalised_code('payer_id') }} as payer_id,
        {{ normalised_code('submitter_id') }} as hospital_id,

        {{ normalised_code('claim_type') }} as claim_type,
        {{ normalised_code('service_code') }} as service_code,

        allowed_amount,

        effective_from_date,
        effective_to_date,

        _loaded_at,
        _source_file,
        _batch_id

    from source

),

latest as (

    {{ latest_arrival(
        'cleaned',
        ['payer_id', 'hospital_id', 'claim_type', 'service_code', 'effective_from_date']
    ) }}

)

select * from latest
