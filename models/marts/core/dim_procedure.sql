with

procedures as (

    select * from {{ ref('int_procedures__classified') }}

),

procedure_families as (

    select * from {{ ref('procedure_families') }}

),

dimension as (

    select
        {{ surrogate_key(['procedures.procedure_id']) }} as procedure_key,
        procedures.procedure_id,

        procedures.code_system,
        procedures.service_code,
        procedures.procedure_family,
        coalesce(procedure_families.family_label, 'Other') as procedure_family_label,

        coalesce(procedure_families.sort_order, 999) as procedure_family_sort,

        {{ single_version() }}

    from procedures
    left join procedure_families
        on procedures.procedure_family = procedure_families.family_id

)

select * from dimension
