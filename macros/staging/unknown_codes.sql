{#- A query with one row per pair of procedure and revenue code that no range knows, and the column that
    is to blame. Looked up once a code, not once a row; codes are empty where the row has none.

    relation  CTE with procedure_code and revenue_code
    The model imports the seed as CTE procedure_family_ranges. -#}
{%- macro unknown_codes(relation) -%}
    select
        codes.procedure_code,
        codes.revenue_code,

        case
            when codes.procedure_code <> '' and procedure_ranges.code_from is null
                then 'procedure_code'
            else 'revenue_code'
        end as unknown_column

    from (
        select distinct
            coalesce(procedure_code, '') as procedure_code,
            coalesce(revenue_code, '') as revenue_code

        from {{ relation }}
    ) as codes
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
{%- endmacro -%}
