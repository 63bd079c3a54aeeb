with

source as (

    select * from {{ source('clearinghouse', 'claims') }}
    where {{ arrived_by_as_of() }}

),

claim_lines as (

    select * from {{ ref('base_clearinghouse__claim_lines') }}

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

),

totals as (

    select
        claim_id,

        sum(billed_amount) as lines_amount

    from ranked_lines
    where line_rank = 1
    group by 1

),

parsed as (

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

judged as (

    select
        parsed.claim_id,
        parsed.patient_control_number,
        parsed.hospital_id,
        parsed.original_reference_number,
        parsed.payer_id,
        parsed.member_id,
        parsed.billing_provider_npi,
        parsed.rendering_provider_npi,

        parsed.claim_type,
        parsed.frequency_code,
        parsed.payer_sequence,
        parsed.place_of_service_code,
        parsed.facility_type_code,
        parsed.principal_diagnosis_code,
        parsed.prior_authorization_number,
        case
            when {{ is_impossible_date('parsed.statement_from_date') }} then 'statement_from_date'
            when {{ is_impossible_date('parsed.statement_to_date') }} then 'statement_to_date'
            when {{ is_impossible_date('parsed.final_bill_date') }} then 'final_bill_date'
            when {{ is_impossible_date('parsed.submitted_date') }} then 'submitted_date'
        end as impossible_date_column,
        case when parsed.billed_amount < 0 then 'billed_amount' end as negative_amount_column,
        case
            when parsed.billed_amount is null then 'billed_amount'
            when parsed.submitted_date is null then 'submitted_date'
        end as missing_column,
        case when parsed.billed_amount <> coalesce(totals.lines_amount, 0) then 'billed_amount' end
            as wrong_total_column,

        parsed.billed_amount,

        parsed.statement_from_date,
        parsed.statement_to_date,
        parsed.final_bill_date,
        parsed.submitted_date,

        parsed._loaded_at,
        parsed._source_file,
        parsed._batch_id

    from parsed
    left join totals
        on parsed.claim_id = totals.claim_id

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
