with

source as (

    select * from {{ source('clearinghouse', 'claim_lines') }}
    where {{ arrived_by_as_of() }}

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

codes as (

    select distinct
        coalesce(procedure_code, '') as procedure_code,
        coalesce(revenue_code, '') as revenue_code

    from parsed

),

unknown_codes as (

    -- looked up once a code, not once a row
    select
        codes.procedure_code,
        codes.revenue_code,

        case
            when codes.procedure_code <> '' and procedure_ranges.code_from is null
                then 'procedure_code'
            else 'revenue_code'
        end as unknown_column

    from codes
    left join procedure_family_ranges as procedure_ranges
        on
            codes.procedure_code between procedure_ranges.code_from and procedure_ranges.code_to
            and procedure_ranges.code_system = 'CPT/HCPCS'
            and procedure_ranges.code_kind = {{ procedure_code_kind('codes.procedure_code') }}
    left join procedure_family_ranges as revenue_ranges
        on
            codes.revenue_code between revenue_ranges.code_from and revenue_ranges.code_to
            and revenue_ranges.code_system = 'REVENUE'
    where
        (codes.procedure_code <> '' and procedure_ranges.code_from is null)
        or (codes.revenue_code <> '' and revenue_ranges.code_from is null)

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
