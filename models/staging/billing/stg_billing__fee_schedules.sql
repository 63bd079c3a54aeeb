with

source as (

    select * from {{ source('billing', 'fee_schedules') }}
    where {{ arrived_by_as_of() }}

),

cleaned as (

    select
        payer_id,
        submitter_id as hospital_id,

        claim_type,
        service_code,

        allowed_amount,

        effective_from_date,
        effective_to_date,

        _loaded_at,
        _source_file,
        _batch_id

    from source

)

select * from cleaned
