{#- The raw tables as the quarantine sees them: source, table, key and money (none: it has none) in
    staging's columns, and whether rows are judged before staging (a base model holds the reasons),
    and the models by whose rows they are judged. -#}
{%- macro raw_tables() -%}
    {%- set tables = [] -%}
    {%- for source_name, table_name, key, amount, is_judged in [
        ('hospital_a', 'patients', ['patient_id'], none, true),
        ('hospital_a', 'providers', ['provider_id'], none, false),
        ('hospital_a', 'departments', ['department_id'], none, false),
        ('hospital_a', 'encounters', ['encounter_id'], none, true),
        ('hospital_a', 'encounter_diagnoses', ['encounter_id', 'diagnosis_sequence'], none, false),
        ('hospital_a', 'charges', ['charge_id'], 'charge_amount', true),
        ('hospital_b', 'patients', ['patient_id'], none, true),
        ('hospital_b', 'providers', ['provider_id'], none, false),
        ('hospital_b', 'departments', ['department_id'], none, false),
        ('hospital_b', 'encounters', ['encounter_id'], none, true),
        ('hospital_b', 'encounter_diagnoses', ['encounter_id', 'diagnosis_sequence'], none, false),
        ('hospital_b', 'charges', ['charge_id'], 'charge_amount', true),
        ('clearinghouse', 'claims', ['claim_id'], 'billed_amount', true),
        ('clearinghouse', 'claim_lines', ['claim_id', 'line_number'], 'billed_amount', true),
        ('clearinghouse', 'claim_acknowledgements', ['acknowledgement_id'], none, false),
        ('clearinghouse', 'remittances', ['remittance_id'], 'payment_amount', false),
        ('clearinghouse', 'remittance_claims', ['remittance_claim_id'], 'payer_paid_amount', true),
        ('clearinghouse', 'remittance_lines', ['remittance_line_id'], 'payer_paid_amount', false),
        ('clearinghouse', 'remittance_adjustments', ['remittance_adjustment_id'], 'adjustment_amount', false),
        ('clearinghouse', 'remittance_provider_adjustments', ['remittance_provider_adjustment_id'], 'adjustment_amount', false),
        ('billing', 'payers', ['payer_id'], none, false),
        ('billing', 'plans', ['plan_id'], none, false),
        ('billing', 'fee_schedules', ['payer_id', 'hospital_id', 'claim_type', 'service_code', 'effective_from_date'], none, false),
        ('billing', 'coverages', ['coverage_id'], none, false),
        ('billing', 'claim_edits', ['claim_edit_id'], none, false),
        ('billing', 'patient_payments', ['patient_payment_id'], 'payment_amount', true),
        ('billing', 'account_adjustments', ['account_adjustment_id'], 'adjustment_amount', true),
        ('billing', 'refunds', ['refund_id'], 'refund_amount', true),
        ('billing', 'appeals', ['appeal_id'], 'appealed_amount', false),
        ('billing', 'staff', ['staff_id'], none, false),
        ('billing', 'work_items', ['work_item_id'], none, false),
    ] -%}
        {%- do tables.append({
            'source_name': source_name,
            'table_name': table_name,
            'key': key,
            'amount': amount,
            'is_judged': is_judged,
            'children': {
                'claims': ['base_clearinghouse__claim_lines'],
                'remittance_claims': [
                    'stg_clearinghouse__remittance_lines', 'stg_clearinghouse__remittance_adjustments'
                ],
            }.get(table_name, []),
            'staging': 'stg_' ~ source_name ~ '__' ~ table_name,
            'base': 'base_' ~ source_name ~ '__' ~ table_name,
        }) -%}
    {%- endfor -%}
    {{ return(tables) }}
{%- endmacro -%}
