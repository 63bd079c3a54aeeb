with

procedure_family_ranges as (

    select * from {{ ref('procedure_family_ranges') }}

),

ordered as (

    select
        code_system,
        code_kind,
        code_from,
        code_to,
        procedure_family,

        lead(code_from) over (
            partition by code_system, code_kind order by code_from, code_to
        ) as next_code_from

    from procedure_family_ranges

)

select * from ordered
where code_to < code_from or next_code_from <= code_to
