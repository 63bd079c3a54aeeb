with

source as (

    select * from {{ source('clearinghouse', 'claim_acknowledgements') }}
    where {{ arrived_by_as_of() }}

),

cleaned as (

    select
        acknowledgement_id,
        claim_id,
        payer_claim_control_number,

        acknowledgement_source,
        status_category_code,
        status_code,
        action_code,

        acknowledged_date,

        _loaded_at,
        _source_file,
        _batch_id

    from source

)

select * from cleaned
