with

source as (

    select * from {{ source('clearinghouse', 'remittance_adjustments') }}
    where {{ arrived_by_as_of() }}

),

cleaned as (

    select
        remittance_adjustment_id,
        remittance_claim_id,
        remittance_line_id,

        upper(trim(group_code)) as group_code,
        -- payers send 045 for 45; the guard spares the other rows the regular expression
        case
            when trim(carc) like '0%' then {{ regexp_replace_all('upper(trim(carc))', '^0+', '') }}
            else upper(trim(carc))
        end as carc,

        adjustment_sequence,
        amount as adjustment_amount,
        quantity,

        _loaded_at,
        _source_file,
        _source_position,
        _batch_id

    from source

)

select * from cleaned
