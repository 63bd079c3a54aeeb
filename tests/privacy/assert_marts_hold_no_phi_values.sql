{#- Named one by one, since dbt builds first what a test names. A mart that is missing here makes a
    row of its own. -#}
{% set marts = [
    'claim_flow', 'credit_balances', 'denial_worklist', 'dim_date', 'dim_denial_reason',
    'dim_department', 'dim_diagnosis', 'dim_facility', 'dim_patient', 'dim_payer',
    'dim_procedure', 'dim_provider', 'dim_staff', 'fct_appeals', 'fct_ar_daily',
    'fct_ar_month_end', 'fct_ar_transactions', 'fct_charge_collections', 'fct_charges',
    'fct_claim_events', 'fct_claim_submissions', 'fct_claims', 'fct_denials', 'fct_encounters',
    'fct_provider_adjustments', 'fct_remittance_lines', 'fct_remittances',
    'fct_rule_violations', 'fct_work_items', 'kpi_alerts', 'quarantine_summary',
    'quarantined_rows', 'timely_filing_worklist', 'underpayments', 'unmatched_remittances',
] %}
{% set patterns = {
    'social security number': '^[0-9]{3}-[0-9]{2}-[0-9]{4}$',
    'phone': '^([+]1[0-9]{10}|[(]?[0-9]{3}[)]?[-. ]+[0-9]{3}[-. ]+[0-9]{4})$',
    'email': '^[^@ ]+@[^@ ]+[.][A-Za-z]{2,}$',
} %}

with

text_values as (

    {% for mart in marts -%}
        {% set relation = ref(mart) -%}
        {% for column in (adapter.get_columns_in_relation(relation) if execute else [])
            if column.is_string() -%}
            select distinct
                '{{ mart }}' as mart,
                '{{ column.name }}' as column_name,
                {{ column.name }} as text_value
            from {{ relation }}

            union all

        {% endfor -%}
    {% endfor -%}
    select
        '' as mart,
        '' as column_name,
        '' as text_value

),

account_numbers as (

    select distinct patient_control_number as text_value
    from {{ ref('int_claims__accounts') }}

),

member_numbers as (

    select distinct member_id as text_value
    from {{ ref('stg_billing__coverages') }}

),

leaks as (

    {% for kind, pattern in patterns.items() -%}
        select
            mart,
            column_name,
            '{{ kind }}' as kind
        from text_values
        where {{ regexp_matches('text_value', pattern) }}

        union all

    {% endfor -%}
    {% for kind, identifiers in [
        ('account number', 'account_numbers'), ('member number', 'member_numbers')
    ] -%}
        select
            text_values.mart,
            text_values.column_name,
            '{{ kind }}' as kind
        from text_values
        inner join {{ identifiers }}
            on text_values.text_value = {{ identifiers }}.text_value

        union all

    {% endfor -%}
    {% for node in (graph.nodes.values() if execute else [])
        if node.resource_type == 'model'
        and node.schema == 'mart'
        and not node.name.startswith('kpi_')
        and node.name not in marts -%}
        select
            '{{ node.name }}' as mart,
            '' as column_name,
            'not scanned: add it to this test' as kind

        union all

    {% endfor -%}
    select
        '' as mart,
        '' as column_name,
        '' as kind

)

select
    mart,
    column_name,
    kind,

    count(*) as value_count

from leaks
where mart <> ''
group by 1, 2, 3
