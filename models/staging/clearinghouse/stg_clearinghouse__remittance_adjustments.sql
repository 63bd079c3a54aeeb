with

source as (

    select * from {{ source('clearinghouse', 'remittance_adjustments') }}
    where {{ arriving() }}

),

cleaned as (

    select
        {{ normalised_code('remittance_adjustment_id') }} as remittance_adjustment_id,
        {{ normalised_code('remittance_claim_id') }} as remittance_claim_id,
        {{ normalised_code('remittance_line_id') }} as remittance_line_id,

        {{ normalised_code('group_code') }} as group_code,
        -- payers send 045 for 45; the guard spares the other rows the regular expression
        case
            when trim(carc) like '0%'
                then {{ regexp_replace_all(normalised_code('carc'), '^0+', '') }}
            else {{ normalised_code('carc') }}
        end as carc,

        adjustment_sequence,
        amount as adjustment_amount,
        quantity,

        _loaded_at,
        _source_file,
        _source_position,
        _batch_id

    from source

),

latest as (

    {{ latest_arrival('cleaned', ['remittance_adjustment_id']) }}

)

select * from latest
