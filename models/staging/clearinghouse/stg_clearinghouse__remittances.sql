with

source as (

    select * from {{ source('clearinghouse', 'remittances') }}
    where {{ arrived_by_as_of() }}

),

cleaned as (

    select
        remittance_id,
        payer_id,
        payee_npi,
        trace_number,

        payer_name,
        payment_method_code,
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

)

select * from cleaned
