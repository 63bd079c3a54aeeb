with

usable as (

    select * from {{ ref('base_clearinghouse__claim_lines') }}
    where unusable_reason is null

),

latest as (

    {{ latest_arrival('usable', ['claim_id', 'line_number']) }}

),

claim_lines as (

    select
        claim_id,
        line_control_number,

        procedure_code,
        modifier_1,
        modifier_2,
        revenue_code,

        line_number,
        units,
        billed_amount,

        service_date,

        _loaded_at,
        _source_file,
        _batch_id

    from latest

)

select * from claim_lines
