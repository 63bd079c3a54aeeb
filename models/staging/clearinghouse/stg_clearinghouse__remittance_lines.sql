with

source as (

    select * from {{ source('clearinghouse', 'remittance_lines') }}
    where {{ arrived_by_as_of() }}

),

cleaned as (

    select
        remittance_line_id,
        remittance_claim_id,
        line_control_number,

        procedure_code,
        modifier_1,
        modifier_2,
        original_procedure_code,
        revenue_code,
        remark_code_1,
        remark_code_2,

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

)

select * from cleaned
