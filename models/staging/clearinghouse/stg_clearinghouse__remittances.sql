with

source as (

    select * from {{ source('clearinghouse', 'remittances') }}
    where {{ arriving() }}

),

cleaned as (

    select
        {{ normalised_code('remittance_id') }} as remittance_id,
        {{ normalised_code('payer_id') }} as payer_id,
        {{ normalised_code('payee_npi') }} as payee_npi,
        {{ normalised_code('trace_number') }} as trace_number,

        {{ squeezed('payer_name') }} as payer_name,
        {{ normalised_code('payment_method_code') }} as payment_method_code,
        payment_date_text,

        payment_amount,

        payment_date_text is not null as is_payment_date_invalid,

        -- what the payer dated first, else the day that the file came
        coalesce(payment_date, production_date, cast(_loaded_at as date)) as remittance_date,
        payment_date,
        production_date,

        _loaded_at,
        _source_file,
        _source_position,
        _batch_id

    from source

),

latest as (

    {{ latest_arrival('cleaned', ['remittance_id']) }}

)

select * from latest
