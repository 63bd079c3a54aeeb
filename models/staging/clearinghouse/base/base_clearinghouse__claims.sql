with

source as (

    select * from {{ source('clearinghouse', 'claims') }}
    where {{ arriving() }}

),

claim_lines as (

    select * from {{ ref('base_clearinghouse__claim_lines') }}

),

parsed as {{ inlined() }} (

    select
        {{ normalised_code('claim_id') }} as claim_id,
        {{ normalised_code('patient_control_number') }} as patient_control_number,
        {{ normalised_code('submitter_id') }} as hospital_id,
        {{ normalised_code('original_reference_number') }} as original_reference_number,
        {{ normalised_code('payer_id') }} as payer_id,
        {{ normalised_code('member_id') }} as member_id,
        {{ normalised_code('billing_provider_npi') }} as billing_provider_npi,
        {{ normalised_code('rendering_provider_npi') }} as rendering_provider_npi,

        {{ normalised_code('claim_type') }} as claim_type,
        {{ normalised_code('frequency_code') }} as frequency_code,
        {{ normalised_code('payer_sequence') }} as payer_sequence,
        {{ normalised_code('place_of_service_code') }} as place_of_service_code,
        {{ normalised_code('facility_type_code') }} as facility_type_code,
        replace({{ normalised_code('principal_diagnosis_code') }}, '.', '')
            as principal_diagnosis_code,
        {{ normalised_code('prior_authorization_number') }} as prior_authorization_number,

        billed_amount,

        statement_from_date,
        statement_to_date,
        final_bill_date,
        submitted_date,

        _loaded_at,
        _source_file,
        _batch_id

    from source
    {{ computed_once() }}

),

{% set is_new = is_new_arrival() -%}
{% if is_nightly() -%}
arrived as (

    -- a claim is judged by its lines: when one comes later, the claim is judged again
    select claim_id from parsed
    union
    select claim_id from claim_lines
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
            claim_id in (select claim_id from arrived)
            and not {{ is_new }}
    {%- endif %}

),

ranked_lines as (

    -- a line in quarantine for its code or date still belongs to the total
    select
        claim_id,

        billed_amount,
        row_number() over (
            partition by claim_id, line_number
            order by
                case when unusable_reason is null then 0 else 1 end,
                _loaded_at desc,
                billed_amount desc
        ) as line_rank

    from claim_lines
    {% if is_nightly() -%}
        where claim_id in (select claim_id from arrived)
    {%- endif %}

),

totals as (

    select
        claim_id,

        sum(billed_amount) as lines_amount

    from ranked_lines
    where line_rank = 1
    group by 1

),

judged as (

    select
        arrivals.claim_id,
        arrivals.patient_control_number,
        arrivals.hospital_id,
        arrivals.original_reference_number,
        arrivals.payer_id,
        arrivals.member_id,
        arrivals.billing_provider_npi,
        arrivals.rendering_provider_npi,

        arrivals.claim_type,
        arrivals.frequency_code,
        arrivals.payer_sequence,
        arrivals.place_of_service_code,
        arrivals.facility_type_code,
        arrivals.principal_diagnosis_code,
        arrivals.prior_authorization_number,
        case
            when {{ is_impossible_date('arrivals.statement_from_date') }} then 'statement_from_date'
            when {{ is_impossible_date('arrivals.statement_to_date') }} then 'statement_to_date'
            when {{ is_impossible_date('arrivals.final_bill_date') }} then 'final_bill_date'
            when {{ is_impossible_date('arrivals.submitted_date') }} then 'submitted_date'
        end as impossible_date_column,
        case when arrivals.billed_amount < 0 then 'billed_amount' end as negative_amount_column,
        case
            when arrivals.billed_amount is null then 'billed_amount'
            when arrivals.submitted_date is null then 'submitted_date'
        end as missing_column,
        case
            when arrivals.billed_amount <> coalesce(totals.lines_amount, 0) then 'billed_amount'
        end as wrong_total_column,

        arrivals.billed_amount,

        arrivals.statement_from_date,
        arrivals.statement_to_date,
        arrivals.final_bill_date,
        arrivals.submitted_date,

        arrivals._loaded_at,
        arrivals._source_file,
        arrivals._batch_id

    from arrivals
    left join totals
        on arrivals.claim_id = totals.claim_id

),

claims as (

    select
        claim_id,
        patient_control_number,
        hospital_id,
        original_reference_number,
        payer_id,
        member_id,
        billing_provider_npi,
        rendering_provider_npi,

        claim_type,
        frequency_code,
        payer_sequence,
        place_of_service_code,
        facility_type_code,
        principal_diagnosis_code,
        prior_authorization_number,
        case
            when impossible_date_column is not null then 'impossible_date'
            when negative_amount_column is not null then 'negative_amount'
            when missing_column is not null then 'missing_value'
            when wrong_total_column is not null then 'wrong_total'
        end as unusable_reason,
        coalesce(
            impossible_date_column, negative_amount_column, missing_column, wrong_total_column
        ) as unusable_column,

        billed_amount,

        statement_from_date,
        statement_to_date,
        final_bill_date,
        submitted_date,

        _loaded_at,
        _source_file,
        _batch_id

    from judged

)

select * from claims
