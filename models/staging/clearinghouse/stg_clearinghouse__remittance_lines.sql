with

source as (

    select * from {{ source('clearinghouse', 'remittance_lines') }}
    where {{ arriving() }}

),

cleaned as (

    select
        {{ normalised_code('remittance_line_id') }} as remittance_line_id,
        {{ normalised_code('remittance_claim_id') }} as remittance_claim_id,
        {{ normalised_code('line_control_number') }} as line_control_number,

        {{ normalised_code('procedure_code') }} as procedure_code,
        {{ normalised_code('modifier_1') }} as modifier_1,
        {{ normalised_code('modifier_2') }} as modifier_2,
        {{ normalised_code('original_procedure_code') }} as original_procedure_code,
        {{ normalised_code('revenue_code') }} as revenue_code,
        {{ normalised_code('remark_code_1') }} as remark_code_1,
        {{ normalised_code('remark_code_2') }} as remark_code_2,

        line_sequence,
        units,
        billed_amount,
        paid_amount as payer_paid_amount,
        allowed_amount,

        service_date,

        _loaded_at,
        _source_file,
        _source_position,
        _batch_id

    from source

),

latest as (

    {{ latest_arrival('cleaned', ['remittance_line_id']) }}

)

select * from latest
