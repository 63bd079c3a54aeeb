{{ config(materialized='incremental', incremental_strategy='replace_all') }}

{% set children = [
    ('hospital_a', 'encounter_diagnoses', 'encounter_id', 'hospital_a_encounters'),
    ('hospital_a', 'charges', 'encounter_id', 'hospital_a_encounters'),
    ('hospital_b', 'encounter_diagnoses', 'encounter_id', 'hospital_b_encounters'),
    ('hospital_b', 'charges', 'encounter_id', 'hospital_b_encounters'),
    ('clearinghouse', 'claims', 'patient_control_number', 'accounts'),
    ('clearinghouse', 'claim_lines', 'claim_id', 'claims'),
    ('clearinghouse', 'claim_acknowledgements', 'claim_id', 'claims'),
    ('clearinghouse', 'remittance_claims', 'remittance_id', 'remittances'),
    ('clearinghouse', 'remittance_lines', 'remittance_claim_id', 'remittance_claims'),
    ('clearinghouse', 'remittance_adjustments', 'remittance_claim_id', 'remittance_claims'),
    ('clearinghouse', 'remittance_provider_adjustments', 'remittance_id', 'remittances'),
    ('billing', 'claim_edits', 'patient_control_number', 'accounts'),
    ('billing', 'patient_payments', 'patient_control_number', 'accounts'),
    ('billing', 'account_adjustments', 'patient_control_number', 'accounts'),
    ('billing', 'refunds', 'patient_control_number', 'accounts'),
    ('billing', 'appeals', 'patient_control_number', 'accounts'),
    ('billing', 'work_items', 'patient_control_number', 'accounts'),
] %}
{% set arrived_parents = {
    'hospital_a_encounters': [('base_hospital_a__encounters', 'encounter_id')],
    'hospital_b_encounters': [('base_hospital_b__encounters', 'encounter_id')],
    'accounts': [
        ('base_hospital_a__charges', 'patient_control_number'),
        ('base_hospital_b__charges', 'patient_control_number'),
    ],
    'claims': [('base_clearinghouse__claims', 'claim_id')],
    'remittance_claims': [('base_clearinghouse__remittance_claims', 'remittance_claim_id')],
} %}

with

hospital_a_encounters as (

    select encounter_id as parent_id from {{ ref('stg_hospital_a__encounters') }}

),

hospital_b_encounters as (

    select encounter_id as parent_id from {{ ref('stg_hospital_b__encounters') }}

),

accounts as (

    select distinct patient_control_number as parent_id
    from {{ ref('int_claims__accounts') }}

),

claims as (

    select claim_id as parent_id from {{ ref('stg_clearinghouse__claims') }}

),

remittances as (

    select remittance_id as parent_id from {{ ref('stg_clearinghouse__remittances') }}

),

remittance_claims as (

    -- what hangs on a claim without check hangs in the air as well
    select remittance_claims.remittance_claim_id as parent_id
    from {{ ref('stg_clearinghouse__remittance_claims') }} as remittance_claims
    inner join remittances
        on remittance_claims.remittance_id = remittances.parent_id

),

{% set is_new = is_new_arrival() -%}
{% set changed_accounts = ref_at_night('int_loads__changed_accounts') -%}
{% set changed_remittances = ref_at_night('int_loads__changed_remittances') -%}
{% set arrived_claims = arrived_keys('claims') -%}
{% if is_nightly() -%}
changed_parents as (

    -- what was an orphan may have found its parent, and a parent may have become unusable
    select
        parents,
        parent_id
    from {{ this }}

    union

    select
        'accounts' as parents,
        patient_control_number as parent_id
    from {{ changed_accounts }}

    union

    select
        'remittance_claims' as parents,
        remittance_claim_id as parent_id
    from {{ changed_remittances }}

    union

    select
        'claims' as parents,
        claim_id as parent_id
    from ({{ arrived_claims }}) as arrived

),

{% endif -%}
orphans as (

    {% for source_name, table_name, parent_column, parents in children -%}
        {% set table = raw_tables()
            | selectattr('source_name', 'equalto', source_name)
            | selectattr('table_name', 'equalto', table_name) | first -%}
        {% set is_candidate -%}
            children.{{ parent_column }} in (
                select parent_id from changed_parents where parents = '{{ parents }}'
                union all
                select {{ parent_column }} from {{ ref(table.staging) }} where {{ is_new }}
            )
        {%- endset -%}
        select
            '{{ source_name }}' as source_name,
            '{{ table_name }}' as table_name,
            {{ row_id(table.key, 'children') }} as row_id,
            '{{ parents }}' as parents,
            children.{{ parent_column }} as parent_id,

            '{{ parent_column }}' as column_name,

            cast({{ table.amount or 0 }} as {{ type_money() }}) as amount,

            children._loaded_at,
            children._source_file,
            children._batch_id

        from {{ ref(table.staging) }} as children
        left join {{ parents }}
            on children.{{ parent_column }} = {{ parents }}.parent_id
        where
            {{ parents }}.parent_id is null
            and {{ is_candidate if is_nightly() else 'true' }}
        {{ 'union all' if not loop.last }}
    {% endfor %}
),

quarantined_parents as (

    {% for parents, bases in arrived_parents.items() -%}
        {% set is_last = loop.last -%}
        {% for base, parent_column in bases -%}
            select
                orphans.parents,
                orphans.parent_id
            from orphans
            inner join {{ ref(base) }} as arrivals
                on orphans.parent_id = arrivals.{{ parent_column }}
            where orphans.parents = '{{ parents }}'

            {{ 'union' if not (loop.last and is_last) }}
        {% endfor -%}
    {% endfor -%}
),

explained as (

    -- a parent that arrived but can't be used will be mended; one that never arrived may never come
    select
        orphans.source_name,
        orphans.table_name,
        orphans.row_id,
        orphans.parents,
        orphans.parent_id,

        case
            when quarantined_parents.parent_id is null then 'orphan' else 'parent_unusable'
        end as reason,
        orphans.column_name,

        orphans.amount,

        orphans._loaded_at,
        orphans._source_file,
        orphans._batch_id

    from orphans
    left join quarantined_parents
        on
            orphans.parent_id = quarantined_parents.parent_id
            and orphans.parents = quarantined_parents.parents

)

select * from explained
