with

hospital_a_charges as (

    select * from {{ ref('stg_hospital_a__charges') }}

),

hospital_b_charges as (

    select * from {{ ref('stg_hospital_b__charges') }}

),

remittance_lines as (

    select * from {{ ref('stg_clearinghouse__remittance_lines') }}

),

procedure_family_ranges as (

    select * from {{ ref('procedure_family_ranges') }}

),

codes as (

    -- of charges that still wait for their encounter too
    {% for charged in ['hospital_a_charges', 'hospital_b_charges', 'remittance_lines'] -%}
        select
            {{ procedure_id('procedure_code', 'revenue_code') }} as procedure_id,
            procedure_code,
            case when procedure_code is null then revenue_code end as revenue_code
        from {{ charged }}
        {{ 'union' if not loop.last }}
    {% endfor -%}

),

kinds as (

    select
        procedure_id,
        procedure_code,
        revenue_code,

        case
            when procedure_code is not null then 'CPT/HCPCS'
            when revenue_code is not null then 'REVENUE'
            else 'UNKNOWN'
        end as code_system,
        coalesce(procedure_code, revenue_code, 'UNKNOWN') as service_code,
        {{ procedure_code_kind('procedure_code') }} as code_kind

    from codes

),

classified as (

    select
        kinds.procedure_id,

        kinds.code_system,
        kinds.service_code,
        coalesce(procedure_family_ranges.procedure_family, 'other') as procedure_family

    from kinds
    left join procedure_family_ranges
        on
            kinds.service_code
            between procedure_family_ranges.code_from and procedure_family_ranges.code_to
            and kinds.code_system = procedure_family_ranges.code_system
            and kinds.code_kind = procedure_family_ranges.code_kind

)

select * from classified
