{#- Indexes by which a nightly run finds the rows of an account without reading history. The first
    nightly run makes them, so that a full one does not pay for what it has no use for. The marts' own
    come with the mart: people look claims up by day. Only where the engine reads rows by index. -#}
{%- macro add_lookup_indexes() -%}
    {{ return(adapter.dispatch('add_lookup_indexes', 'rcm_warehouse')()) }}
{%- endmacro -%}

{%- macro default__add_lookup_indexes() -%}
{%- endmacro -%}

{%- macro postgres__add_lookup_indexes() -%}
    {%- if model.config.materialized == 'incremental' and is_nightly() -%}
        {%- for columns in lookups_of(model) -%}
            create index if not exists {{ ('lookup_' ~ model.name ~ '_' ~ columns | join('_'))[:63] }}
            on {{ this }} ({{ columns | join(', ') }});
        {% endfor -%}
        {%- if model.name.startswith('base_') or model.name.startswith('stg_') -%}
            create index if not exists {{ ('lookup_' ~ model.name ~ '_batch')[:63] }}
            on {{ this }} using brin (_batch_id);
        {% endif -%}
        {%- if model.name.startswith('base_') and 'unusable_reason' in model.columns -%}
            create index if not exists {{ ('lookup_' ~ model.name ~ '_unusable')[:63] }}
            on {{ this }} (_loaded_at) where unusable_reason is not null;
        {%- endif -%}
    {%- endif -%}
{%- endmacro -%}

{#- A mart's indexes, once its rows are in: by what a nightly run and a drill-down look its rows up. -#}
{%- macro add_mart_indexes() -%}
    {{ return(adapter.dispatch('add_mart_indexes', 'rcm_warehouse')()) }}
{%- endmacro -%}

{%- macro default__add_mart_indexes() -%}
{%- endmacro -%}

{%- macro postgres__add_mart_indexes() -%}
    {%- if not (model.config.materialized == 'incremental' and is_nightly()) -%}
        {%- for columns in lookups_of(model) -%}
            create index on {{ this }} ({{ columns | join(', ') }});
        {% endfor -%}
    {%- endif -%}
{%- endmacro -%}

{#- The columns by which rows of a model are looked up at night: the key of the rows that it replaces,
    and those that lead to an account. -#}
{%- macro lookups_of(node) -%}
    {%- set by_model = {
        'base_clearinghouse__claims': [['claim_id']],
        'base_clearinghouse__claim_lines': [['claim_id']],
        'base_clearinghouse__remittance_claims':
            [['remittance_claim_id'], ['patient_control_number']],
        'int_ar__bucket_intervals': [['valid_to']],
        'fct_ar_daily': [['snapshot_date']],
        'fct_ar_month_end': [['claim_key'], ['snapshot_date']],
        'fct_denials': [['claim_key']],
        'fct_remittances': [['claim_key']],
        'stg_hospital_a__charges': [['patient_control_number'], ['encounter_id']],
        'stg_hospital_b__charges': [['patient_control_number'], ['encounter_id']],
        'stg_hospital_a__encounters': [['patient_id'], ['discharge_date']],
        'stg_hospital_b__encounters': [['patient_id'], ['discharge_date']],
        'stg_clearinghouse__claims': [['patient_control_number']],
        'stg_clearinghouse__claim_acknowledgements': [['claim_id']],
        'stg_clearinghouse__remittance_claims': [['patient_control_number'], ['remittance_id']],
        'stg_clearinghouse__remittance_provider_adjustments': [['remittance_id']],
        'stg_clearinghouse__remittance_lines': [['remittance_claim_id']],
        'stg_clearinghouse__remittance_adjustments': [['remittance_claim_id']],
        'stg_billing__coverages': [['patient_id']],
        'stg_billing__patient_payments': [['patient_control_number']],
        'stg_billing__account_adjustments': [['patient_control_number']],
        'stg_billing__refunds': [['patient_control_number']],
        'stg_billing__claim_edits': [['patient_control_number']],
        'stg_billing__appeals': [['patient_control_number']],
        'stg_billing__work_items': [['patient_control_number']],
    } -%}
    {%- set lookups = [] -%}
    {%- for table in raw_tables() if table.staging == node.name -%}
        {%- do lookups.append(table.key) -%}
    {%- endfor -%}
    {%- if node.config.unique_key and not is_primary_key(node, node.config.unique_key) -%}
        {%- do lookups.append([node.config.unique_key]) -%}
    {%- endif -%}
    {{ return(lookups + by_model.get(node.name, [])) }}
{%- endmacro -%}

{#- Whether a column of a model is its primary key, which has an index already. -#}
{%- macro is_primary_key(node, column_name) -%}
    {%- set constraints = node.columns[column_name].constraints if column_name in node.columns else [] -%}
    {{ return(constraints | selectattr('type', 'equalto', 'primary_key') | list | length > 0) }}
{%- endmacro -%}
