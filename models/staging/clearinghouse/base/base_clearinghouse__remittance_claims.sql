with

source as (

    select * from {{ source('clearinghouse', 'remittance_claims') }}
    where {{ arriving() }}

),

remittance_lines as (

    select * from {{ ref('stg_clearinghouse__remittance_lines') }}

),

adjustments as (

    select * from {{ ref('stg_clearinghouse__remittance_adjustments') }}

),

parsed as {{ inlined() }} (

    select
        {{ normalised_code('remittance_claim_id') }} as remittance_claim_id,
        {{ normalised_code('remittance_id') }} as remittance_id,
        {{ normalised_code('patient_control_number') }} as patient_control_number,
        {{ normalised_code('payer_claim_control_number') }} as payer_claim_control_number,
        {{ normalised_code('member_id') }} as member_id,

        {{ normalised_code('claim_status_code') }} as claim_status_code,
        {{ normalised_code('claim_filing_indicator_code') }} as claim_filing_indicator_code,
        {{ normalised_code('facility_type_code') }} as facility_type_code,
        {{ normalised_code('frequency_code') }} as frequency_code,
        {{ normalised_code('drg_code') }} as drg_code,
        {{ normalised_code('remark_code_1') }} as remark_code_1,
        {{ normalised_code('remark_code_2') }} as remark_code_2,

        claim_sequence,
        billed_amount,
        paid_amount as payer_paid_amount,
        patient_responsibility_amount,
        coverage_amount,

        statement_from_date,
        statement_to_date,
        received_date,

        _loaded_at,
        _source_file,
        _source_position,
        _batch_id

    from source
    {{ computed_once() }}

),

{% set is_new = is_new_arrival() -%}
{% if is_nightly() -%}
arrived as (

    -- a claim is judged by its lines and adjustments: when one comes later, it is judged again
    select remittance_claim_id from parsed
    union
    select remittance_claim_id from remittance_lines
    where {{ is_new }}
    union
    select remittance_claim_id from adjustments
    where {{ is_new }}

),

{% endif -%}
arrivals as (

    select * from parsed
    {% if is_nightly() -%}
        union all
        select
            {{ adapter.get_columns_in_relation(this) | map(attribute='name')
                | reject('in', ['unusable_reason', 'unusable_column']) | join(', ') }}
        from {{ this }}
        where
            remittance_claim_id in (select remittance_claim_id from arrived)
            and not {{ is_new }}
    {%- endif %}

),

totals_of_lines as (

    select
        remittance_claim_id,

        sum(billed_amount) as lines_amount

    from remittance_lines
    {% if is_nightly() -%}
        where remittance_claim_id in (select remittance_claim_id from arrived)
    {%- endif %}
    group by 1

),

totals_of_adjustments as (

    select
        remittance_claim_id,

        sum(adjustment_amount) as adjusted_amount

    from adjustments
    {% if is_nightly() -%}
        where remittance_claim_id in (select remittance_claim_id from arrived)
    {%- endif %}
    group by 1

),

judged as (

    -- 005010X221A1, 1.10.2.1: charge less all adjustments is what was paid; where lines are sent,
    -- their charges add up to the claim's. An 835 is loaded by the same rules (ingestion/x12).
    select
        arrivals.remittance_claim_id,
        arrivals.remittance_id,
        arrivals.patient_control_number,
        arrivals.payer_claim_control_number,
        arrivals.member_id,

        arrivals.claim_status_code,
        arrivals.claim_filing_indicator_code,
        arrivals.facility_type_code,
        arrivals.frequency_code,
        arrivals.drg_code,
        arrivals.remark_code_1,
        arrivals.remark_code_2,
        case
            when
                arrivals.billed_amount - coalesce(totals_of_adjustments.adjusted_amount, 0)
                <> arrivals.payer_paid_amount
                then 'payer_paid_amount'
            when arrivals.billed_amount <> totals_of_lines.lines_amount then 'billed_amount'
        end as wrong_total_column,

        arrivals.claim_sequence,
        arrivals.billed_amount,
        arrivals.payer_paid_amount,
        arrivals.patient_responsibility_amount,
        arrivals.coverage_amount,

        arrivals.statement_from_date,
        arrivals.statement_to_date,
        arrivals.received_date,

        arrivals._loaded_at,
        arrivals._source_file,
        arrivals._source_position,
        arrivals._batch_id

    from arrivals
    left join totals_of_lines
        on arrivals.remittance_claim_id = totals_of_lines.remittance_claim_id
    left join totals_of_adjustments
        on arrivals.remittance_claim_id = totals_of_adjustments.remittance_claim_id

),

remittance_claims as (

    select
        remittance_claim_id,
        remittance_id,
        patient_control_number,
        payer_claim_control_number,
        member_id,

        claim_status_code,
        claim_filing_indicator_code,
        facility_type_code,
        frequency_code,
        drg_code,
        remark_code_1,
        remark_code_2,
        case when wrong_total_column is not null then 'wrong_total' end as unusable_reason,
        wrong_total_column as unusable_column,

        claim_sequence,
        billed_amount,
        payer_paid_amount,
        patient_responsibility_amount,
        coverage_amount,

        statement_from_date,
        statement_to_date,
        received_date,

        _loaded_at,
        _source_file,
        _source_position,
        _batch_id

    from judged

)

select * from remittance_claims
