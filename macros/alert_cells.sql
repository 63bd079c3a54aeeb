{#- What alerts watch: each metric with a dimension, and the columns that make a cell of it. A rule of
    seeds/reference/alert_rules.csv names a metric and a dimension of these. -#}
{%- macro alert_cells() -%}
    {{ return([
        ('denial_category_rate', 'payer_category', ['payer_key', 'denial_category']),
        ('denial_category_rate', 'payer_family_category',
            ['payer_key', 'procedure_family', 'denial_category']),
        ('denial_rate', 'department', ['department_key']),
        ('denial_rate', 'provider', ['provider_key']),
        ('underpayment_rate', 'payer', ['payer_key']),
        ('takeback_rate', 'payer', ['payer_key']),
        ('days_to_first_remittance', 'payer', ['payer_key']),
        ('charge_lag_days', 'department', ['department_key']),
        ('rejection_rate', 'payer', ['payer_key']),
        ('rejection_rate', 'facility', ['facility_key']),
        ('silent_submission_days', 'all', []),
        ('staff_error_rate', 'staff', ['staff_key']),
    ]) }}
{%- endmacro -%}
