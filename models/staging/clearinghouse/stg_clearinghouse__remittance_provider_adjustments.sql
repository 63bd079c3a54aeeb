with

source as (

    select * from {{ source('clearinghouse', 'remittance_provider_adjustments') }}
    where {{ arrived_by_as_of() }}

),

cleaned as (

    select
        remittance_provider_adjustment_id,
        remittance_id,
        provider_identifier,
        reference_id,

        reason_code,

        adjustment_sequence,
        amount as adjustment_amount,

        fiscal_period_date,

        _loaded_at,
        _source_file,
        _source_position,
        _batch_id

    from source

)

select * from cleaned
