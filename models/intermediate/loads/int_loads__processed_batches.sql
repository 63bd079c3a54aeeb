{{ config(
    materialized='incremental', incremental_strategy='delete+insert', unique_key='batch_id'
) }}

-- the last model of a run: a batch is processed when all that it changes has been built
{% for model_name in [
    'fct_appeals', 'fct_ar_month_end', 'fct_ar_transactions', 'fct_charges', 'fct_claim_events',
    'fct_claim_submissions', 'fct_claims', 'fct_denials', 'fct_encounters',
    'fct_provider_adjustments', 'fct_remittance_lines', 'fct_remittances',
    'int_ar__daily_changes', 'int_claims__lines', 'int_quarantine__orphans',
    'stg_billing__payers', 'stg_billing__plans', 'stg_billing__staff',
    'stg_hospital_a__patients', 'stg_hospital_a__providers', 'stg_hospital_b__patients',
    'stg_hospital_b__providers'
] %}
-- depends_on: {{ ref(model_name) }}
{% endfor %}

with

batches as (

    select * from {{ ref('stg_loads__batches') }}
    where is_new

),

as_of as (

    select * from {{ ref('int_calendar__as_of') }}

),

processed as (

    select
        batches.batch_id,

        '{{ settings_fingerprint() if execute }}' as settings_hash,

        batches.row_count,

        batches.loaded_at,
        as_of.as_of_date

    from batches
    cross join as_of

)

select * from processed
