with

source as (

    select * from {{ source('clearinghouse', 'remittance_provider_adjustments') }}
    where {{ arriving() }}

),

cleaned as (

    select
        {{ normalised_code('remittance_provider_adjustment_id') }}
            as remittance_provider_adjustment_id,
        {{ normalised_code('remittance_id') }} as remittance_id,
        {{ normalised_code('provider_identifier') }} as provider_identifier,
        {{ normalised_code('reference_id') }} as reference_id,

        {{ normalised_code('reason_code') }} as reason_code,

        adjustment_sequence,
        amount as adjustment_amount,

        fiscal_period_date,

        _loaded_at,
        _source_file,
        _source_position,
        _batch_id

    from source

),

latest as (

    {{ latest_arrival('cleaned', ['remittance_provider_adjustment_id']) }}

)

select * from latest
