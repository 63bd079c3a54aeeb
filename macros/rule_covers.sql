{#- Whether a row of payer_rules is about a payer and a procedure, for a join of the two; `*` is any.

    rules, payers, procedures  CTEs or aliases with the columns of payer_rules, dim_payer, dim_procedure -#}
{%- macro rule_covers(rules='rules', payers='payers', procedures='procedures') -%}
    {{ rules }}.payer_id in ('*', {{ payers }}.payer_id)
    and {{ rules }}.payer_class in ('*', {{ payers }}.payer_class)
    and {{ rules }}.procedure_family in ('*', {{ procedures }}.procedure_family)
    and {{ procedures }}.service_code like replace({{ rules }}.service_code, '*', '%')
{%- endmacro -%}
