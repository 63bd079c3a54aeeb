{#- The row of kpi_targets that a denial rate is held against. -#}
{%- macro denial_target_id(definition_id, measure) -%}
    case
        when {{ definition_id }} = 'AR-5' then 'remittance_denial_rate'
        when {{ definition_id }} = 'CITF-2' then 'primary_denial_rate'
        when {{ measure }} = 'dollars' then 'initial_denial_rate_dollars'
        else 'initial_denial_rate_claims'
    end
{%- endmacro -%}
