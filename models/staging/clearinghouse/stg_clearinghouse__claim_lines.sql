with

source as (

    select * from {{ source('clearinghouse', 'claim_lines') }}
    where {{ arrived_by_as_of() }}

),

cleaned as (

    select
        claim_id,
        line_number,
        line_control_number,

        procedure_code,
        modifier_1,
        modifier_2,
        revenue_code,

        units,
        billed_amount,

        service_date,

        _loaded_at,
        _source_file,
        _batch_id

    from source

)

select * from cleaned
