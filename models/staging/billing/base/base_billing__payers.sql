with

source as (

    select * from {{ source('billing', 'payers') }}
    where {{ arriving() }}

),

payers as (

    select
        {{ normalised_code('payer_id') }} as payer_id,
        {{ normalised_code('merged_into_payer_id') }} as merged_into_payer_id,

        {{ squeezed('payer_name') }} as payer_name,
        {{ normalised_category('payer_class') }} as payer_class,
        {{ normalised_code('claim_filing_indicator_code') }} as claim_filing_indicator_code,
        {{ normalised_code('state') }} as state,

        timely_filing_limit_days,
        appeal_limit_days,

        _loaded_at,
        _source_file,
        _batch_id

    from source

)

select * from payers
