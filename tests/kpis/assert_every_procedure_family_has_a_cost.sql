with

procedure_families as (

    select * from {{ ref('procedure_families') }}

),

procedure_costs as (

    select * from {{ ref('procedure_costs') }}

)

select procedure_families.family_id
from procedure_families
left join procedure_costs
    on procedure_families.family_id = procedure_costs.procedure_family
where procedure_costs.procedure_family is null
