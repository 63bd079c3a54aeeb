with

arrivals as (

    select * from {{ ref('base_billing__payers') }}

),

latest as (

    {{ latest_arrival('arrivals', ['payer_id']) }}

),

payers as (

    select
        payer_id,
        merged_into_payer_id,

        payer_name,
        payer_class,
        claim_filing_indicator_code,
        state,

        timely_filing_limit_days,
        appeal_limit_days,

        _loaded_at,
        _source_file,
        _batch_id

    from latest

)

select * from payers
