with

source as (

    select * from {{ source('clearinghouse', 'claim_acknowledgements') }}
    where {{ arriving() }}

),

cleaned as (

    select
        {{ normalised_code('acknowledgement_id') }} as acknowledgement_id,
        {{ normalised_code('claim_id') }} as claim_id,
        {{ normalised_code('payer_claim_control_number') }} as payer_claim_control_number,

        {{ normalised_category('acknowledgement_source') }} as acknowledgement_source,
        {{ normalised_code('status_category_code') }} as status_category_code,
        {{ normalised_code('status_code') }} as status_code,
        {{ normalised_code('action_code') }} as action_code,

        acknowledged_date,

        _loaded_at,
        _source_file,
        _batch_id

    from source

),

latest as (

    {{ latest_arrival('cleaned', ['acknowledgement_id']) }}

)

select * from latest
