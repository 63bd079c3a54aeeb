{#- A hash of all that the marts follow from, but the data: vars, models and seeds. A change in a macro
    does not show in it; run `dbt build --full-refresh` after one. -#}
{%- macro settings_fingerprint() -%}
    {%- set settings = [] -%}
    {%- for name in [
        'as_of_date', 'aging_basis', 'aging_bucket_edges', 'self_pay_payer_id', 'ar_days_window',
        'denial_cohort_maturity_days', 'collection_maturity_days', 'small_sample_size',
        'fiscal_year_start_month', 'calendar_start_date', 'calendar_end_date',
        'earliest_event_date', 'future_date_tolerance_days', 'late_arrival_days', 'age_top_code',
        'underpayment_tolerance_rate',
    ] -%}
        {%- do settings.append(name ~ '=' ~ var(name)) -%}
    {%- endfor -%}
    {%- for node in graph.nodes.values() if node.resource_type in ('model', 'seed') -%}
        {%- do settings.append(node.unique_id ~ '=' ~ node.checksum.checksum) -%}
    {%- endfor -%}
    {{ return(local_md5(settings | sort | join('\n'))) }}
{%- endmacro -%}
