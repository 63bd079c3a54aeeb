{#- Key and money of a raw table as raw calls them; none: no money. -#}
{% set raw_names = {
    ('hospital_a', 'patients'): (['patient_id'], none),
    ('hospital_a', 'providers'): (['provider_id'], none),
    ('hospital_a', 'departments'): (['department_id'], none),
    ('hospital_a', 'encounters'): (['encounter_id'], none),
    ('hospital_a', 'encounter_diagnoses'): (['encounter_id', 'diagnosis_sequence'], none),
    ('hospital_a', 'charges'): (['charge_id'], 'amount'),
    ('hospital_b', 'patients'): (['mrn'], none),
    ('hospital_b', 'providers'): (['provider_code'], none),
    ('hospital_b', 'departments'): (['dept_code'], none),
    ('hospital_b', 'encounters'): (['visit_no'], none),
    ('hospital_b', 'encounter_diagnoses'): (['visit_no', 'dx_rank'], none),
    ('hospital_b', 'charges'): (['charge_ref'], 'charge_cents * cast(0.01 as numeric(3, 2))'),
    ('clearinghouse', 'claims'): (['claim_id'], 'billed_amount'),
    ('clearinghouse', 'claim_lines'): (['claim_id', 'line_number'], 'billed_amount'),
    ('clearinghouse', 'claim_acknowledgements'): (['acknowledgement_id'], none),
    ('clearinghouse', 'remittances'): (['remittance_id'], 'payment_amount'),
    ('clearinghouse', 'remittance_claims'): (['remittance_claim_id'], 'paid_amount'),
    ('clearinghouse', 'remittance_lines'): (['remittance_line_id'], 'paid_amount'),
    ('clearinghouse', 'remittance_adjustments'): (['remittance_adjustment_id'], 'amount'),
    ('clearinghouse', 'remittance_provider_adjustments'): (
        ['remittance_provider_adjustment_id'], 'amount'
    ),
    ('billing', 'payers'): (['payer_id'], none),
    ('billing', 'plans'): (['plan_id'], none),
    ('billing', 'fee_schedules'): (
        ['payer_id', 'submitter_id', 'claim_type', 'service_code', 'effective_from_date'], none
    ),
    ('billing', 'coverages'): (['coverage_id'], none),
    ('billing', 'claim_edits'): (['claim_edit_id'], none),
    ('billing', 'patient_payments'): (['patient_payment_id'], 'amount'),
    ('billing', 'account_adjustments'): (['account_adjustment_id'], 'amount'),
    ('billing', 'refunds'): (['refund_id'], 'amount'),
    ('billing', 'appeals'): (['appeal_id'], 'appealed_amount'),
    ('billing', 'staff'): (['staff_id'], none),
    ('billing', 'work_items'): (['work_item_id'], none),
} %}

with

raw_rows as (

    {% for table in raw_tables() -%}
        {% set key, amount = raw_names[(table.source_name, table.table_name)] -%}
        select
            '{{ table.source_name }}' as source_name,
            '{{ table.table_name }}' as table_name,
            upper(replace({{ row_id(key, 'arrivals') }}, ' ', '')) as row_id,

            cast({{ amount or 0 }} as {{ type_money() }}) as amount,

            arrivals._loaded_at,
            arrivals._source_file

        from {{ source(table.source_name, table.table_name) }} as arrivals
        where {{ arrived_by_as_of() }}
        {{ 'union all' if not loop.last }}
    {% endfor %}
),

staged as (

    {% for table in raw_tables() -%}
        select
            '{{ table.source_name }}' as source_name,
            '{{ table.table_name }}' as table_name,
            {{ row_id(table.key, 'standing') }} as row_id,

            cast({{ table.amount or 0 }} as {{ type_money() }}) as amount

        from {{ ref(table.staging) }} as standing
        {{ 'union all' if not loop.last }}
    {% endfor %}
),

quarantined as (

    select * from {{ ref('int_quarantine__rows') }}

),

unusable_rows as (

    select * from {{ ref('int_quarantine__unusable_rows') }}

),

outcomes as (

    -- an orphan is in staging and in quarantine: it counts as quarantined
    select
        staged.source_name,
        staged.table_name,
        staged.row_id,

        staged.amount

    from staged
    left join quarantined
        on
            staged.row_id = quarantined.row_id
            and staged.table_name = quarantined.table_name
            and staged.source_name = quarantined.source_name
            and not quarantined.is_resolved
    where quarantined.row_id is null

    union all

    select
        source_name,
        table_name,
        row_id,

        amount

    from quarantined
    where not is_resolved

),

outcomes_by_row as (

    select
        source_name,
        table_name,
        row_id,

        count(*) as outcome_count,
        sum(amount) as amount

    from outcomes
    group by 1, 2, 3

),

resolved_arrivals as (

    -- a bad version counts nowhere once there is a good one, whichever came first
    select distinct
        unusable_rows.source_name,
        unusable_rows.table_name,
        unusable_rows.row_id,
        unusable_rows._loaded_at,
        unusable_rows._source_file
    from unusable_rows
    inner join quarantined
        on
            unusable_rows.row_id = quarantined.row_id
            and unusable_rows.table_name = quarantined.table_name
            and unusable_rows.source_name = quarantined.source_name
            and quarantined.is_resolved

),

ranked_raw_rows as (

    select
        raw_rows.source_name,
        raw_rows.table_name,
        raw_rows.row_id,

        raw_rows.amount,
        row_number() over (
            partition by raw_rows.source_name, raw_rows.table_name, raw_rows.row_id
            order by
                case when resolved_arrivals.row_id is null then 0 else 1 end,
                raw_rows._loaded_at desc,
                raw_rows._source_file desc
        ) as arrival_rank

    from raw_rows
    left join resolved_arrivals
        on
            raw_rows.row_id = resolved_arrivals.row_id
            and raw_rows.table_name = resolved_arrivals.table_name
            and raw_rows.source_name = resolved_arrivals.source_name
            and raw_rows._loaded_at = resolved_arrivals._loaded_at
            and raw_rows._source_file = resolved_arrivals._source_file

),

latest_raw_rows as (

    select
        source_name,
        table_name,
        row_id,

        amount

    from ranked_raw_rows
    where arrival_rank = 1

),

compared as (

    select
        coalesce(latest_raw_rows.source_name, outcomes_by_row.source_name) as source_name,
        coalesce(latest_raw_rows.table_name, outcomes_by_row.table_name) as table_name,
        coalesce(latest_raw_rows.row_id, outcomes_by_row.row_id) as row_id,

        coalesce(outcomes_by_row.outcome_count, 0) as outcome_count,
        latest_raw_rows.amount as raw_amount,
        outcomes_by_row.amount as outcome_amount

    from latest_raw_rows
    full outer join outcomes_by_row
        on
            latest_raw_rows.row_id = outcomes_by_row.row_id
            and latest_raw_rows.table_name = outcomes_by_row.table_name
            and latest_raw_rows.source_name = outcomes_by_row.source_name

)

select * from compared
where outcome_count <> 1 or raw_amount is distinct from outcome_amount
