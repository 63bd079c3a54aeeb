{#- In a nightly run, whether an account changed; true in a full one. What lies between staging and the
    marts then holds the changed accounts alone. -#}
{%- macro is_of_changed_account(account='patient_control_number') -%}
    {%- if model.resource_type == 'model' -%}
        {%- set changed = ref('int_loads__changed_accounts') -%}
        {%- if is_nightly() -%}
            {{ return(account ~ ' in (select patient_control_number from ' ~ changed ~ ')') }}
        {%- endif -%}
    {%- endif -%}
    {{ return('true') }}
{%- endmacro -%}

{#- The same by the claim's key. -#}
{%- macro is_of_changed_claim(claim_key='claim_key') -%}
    {%- if model.resource_type == 'model' -%}
        {%- set changed = ref('int_loads__changed_accounts') -%}
        {%- if is_nightly() -%}
            {{ return(claim_key ~ ' in (select claim_key from ' ~ changed ~ ')') }}
        {%- endif -%}
    {%- endif -%}
    {{ return('true') }}
{%- endmacro -%}

{#- The same of a claim on a remittance, whose account nobody may have. -#}
{%- macro is_of_changed_remittance(remittance_claim='remittance_claim_id') -%}
    {%- if model.resource_type == 'model' -%}
        {%- set changed = ref('int_loads__changed_remittances') -%}
        {%- if is_nightly() -%}
            {{ return(remittance_claim ~ ' in (select remittance_claim_id from ' ~ changed ~ ')') }}
        {%- endif -%}
    {%- endif -%}
    {{ return('true') }}
{%- endmacro -%}

{#- The same of an encounter. -#}
{%- macro is_of_changed_encounter(hospital='hospital_id', encounter='encounter_id') -%}
    {%- if model.resource_type == 'model' -%}
        {%- set changed = ref('int_loads__changed_encounters') -%}
        {%- if is_nightly() -%}
            {{ return(
                '(' ~ hospital ~ ', ' ~ encounter ~ ') in (select hospital_id, encounter_id from '
                ~ changed ~ ')'
            ) }}
        {%- endif -%}
    {%- endif -%}
    {{ return('true') }}
{%- endmacro -%}
