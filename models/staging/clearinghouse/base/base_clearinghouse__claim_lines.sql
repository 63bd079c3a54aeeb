with

source as (

    select * from {{ source('clearinghouse', 'claim_lines') }}
    where {{ arriving() }}

),

parsed as {{ inlined() }} (

    select
        {{ normalised_code('claim_id') }} as claim_id,
        {{ normalised_code('line_control_number') }} as line_control_number,

        {{ normalised_code('procedure_code') }} as procedure_code,
        {{ normalised_code('modifier_1') }} as modifier_1,
        {{ normalised_code('modifier_2') }} as modifier_2,
        {{ normalised_code('revenue_code') }} as revenue_code,

        line_number,
        units,
        billed_amount,

        service_date,

        _loaded_at,
        _source_file,
        _batch_id

    from source
    {{ computed_once() }}

),

procedure_family_ranges as {{ inlined() }} (

    select * from {{ ref('procedure_family_ranges') }}

),

unknown_codes as (

    {{ unknown_codes('parsed') }}

),

judged as (

    select
        parsed.claim_id,
        parsed.line_control_number,

        parsed.procedure_code,
        parsed.modifier_1,
        parsed.modifier_2,
        parsed.revenue_code,
        case when {{ is_impossible_date('parsed.service_date') }} then 'service_date' end
            as impossible_date_column,
        case when parsed.billed_amount < 0 then 'billed_amount' end as negative_amount_column,
        unknown_codes.unknown_column,
        case when parsed.billed_amount is null then 'billed_amount' end as missing_column,

        parsed.line_number,
        parsed.units,
        parsed.billed_amount,

        parsed.service_date,

        parsed._loaded_at,
        parsed._source_file,
        parsed._batch_id

    from parsed
    left join unknown_codes
        on
            coalesce(parsed.procedure_code, '') = unknown_codes.procedure_code
            and coalesce(parsed.revenue_code, '') = unknown_codes.revenue_code

),

claim_lines as (

    select
        claim_id,
        line_control_number,

        procedure_code,
        modifier_1,
        modifier_2,
        revenue_code,
        case
            when impossible_date_column is not null then 'impossible_date'
            when negative_amount_column is not null then 'negative_amount'
            when unknown_column is not null then 'unknown_code'
            when missing_column is not null then 'missing_value'
        end as unusable_reason,
        coalesce(
            impossible_date_column, negative_amount_column, unknown_column, missing_column
        ) as unusable_column,

        line_number,
        units,
        billed_amount,

        service_date,

        _loaded_at,
        _source_file,
        _batch_id

    from judged

)

select * from claim_lines
