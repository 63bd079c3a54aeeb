with

source as (

    select * from {{ source('billing', 'payers') }}
    where {{ arrived_by_as_of() }}

),

cleaned as (

    select
        payer_id,

        payer_name,
        payer_class,
        claim_filing_indicator_code,
        state,

        timely_filing_limit_days,
        appeal_limit_days,

        _loaded_at,
        _source_file,
        _batch_id

    from source

)

select * from cleaned
