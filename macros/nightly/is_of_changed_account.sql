{#- In a nightly run, whether an account changed; true in a full one. What lies between staging and the
    marts then holds the changed accounts alone.

    account  column with the account number -#}
{%- macro is_of_changed_account(account='patient_control_number') -%}
    {{ return(is_changed(account, 'patient_control_number', 'int_loads__changed_accounts')) }}
{%- endmacro -%}

{#- The same by the claim's key. -#}
{%- macro is_of_changed_claim(claim_key='claim_key') -%}
    {{ return(is_changed(claim_key, 'claim_key', 'int_loads__changed_accounts')) }}
{%- endmacro -%}

{#- The same of a claim on a remittance, whose account nobody may have. -#}
{%- macro is_of_changed_remittance(remittance_claim='remittance_claim_id') -%}
    {{ return(
        is_changed(remittance_claim, 'remittance_claim_id', 'int_loads__changed_remittances')
    ) }}
{%- endmacro -%}

{#- The same of an encounter. -#}
{%- macro is_of_changed_encounter() -%}
    {{ return(is_changed(
        '(hospital_id, encounter_id)', 'hospital_id, encounter_id', 'int_loads__changed_encounters'
    )) }}
{%- endmacro -%}

{%- macro is_changed(columns, changed_columns, model_name) -%}
    {%- set changed = ref_at_night(model_name) -%}
    {{ return(
        columns ~ ' in (select ' ~ changed_columns ~ ' from ' ~ changed ~ ')'
        if is_nightly() else 'true'
    ) }}
{%- endmacro -%}

{#- A ref that a nightly run alone reads: unit tests, which are of full runs, need no rows for it. -#}
{%- macro ref_at_night(model_name) -%}
    {{ return(ref(model_name) if model.resource_type == 'model') }}
{%- endmacro -%}
