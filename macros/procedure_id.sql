{#- What was done: the CPT or HCPCS code, or the revenue code (R0120) where a line has no procedure. -#}
{%- macro procedure_id(procedure_code, revenue_code) -%}
    coalesce({{ procedure_code }}, 'R' || {{ revenue_code }}, 'UNKNOWN')
{%- endmacro -%}
