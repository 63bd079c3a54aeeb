with

source as (

    select * from {{ source('hospital_b', 'charges') }}
    where {{ arriving() }}

),

parsed as {{ inlined() }} (

    select
        {{ normalised_code('charge_ref') }} as charge_id,
        {{ normalised_code('credited_ref') }} as credited_charge_id,
        {{ normalised_code('acct_no') }} as patient_control_number,
        {{ normalised_code('visit_no') }} as encounter_id,

        case upper(trim(bill_form))
            when '1500' then 'P'
            when 'UB04' then 'I'
            else bill_form
        end as claim_type,
        {{ normalised_code('cpt_hcpcs') }} as procedure_code,
        {{ normalised_code('rev_code') }} as revenue_code,
        {{ normalised_code("split_part(mods, ':', 1)") }} as modifier_1,
        {{ normalised_code("split_part(mods, ':', 2)") }} as modifier_2,

        qty as units,
        -- a decimal factor, since dividing makes a float on some engines
        cast(charge_cents * cast(0.01 as numeric(3, 2)) as numeric(14, 2)) as charge_amount,

        {{ parse_date('trim(dos)', 'yyyymmdd') }} as service_date,
        {{ parse_date('trim(posted)', 'yyyymmdd') }} as post_date,

        _loaded_at,
        _source_file,
        _batch_id

    from source
    {{ computed_once() }}

),

procedure_family_ranges as {{ inlined() }} (

    select * from {{ ref('procedure_family_ranges') }}

),

unknown_codes as (

    {{ unknown_codes('parsed') }}

),

compared as (

    -- nothing is posted before it was done: if both dates can be, they stand in each other's place
    select
        *,
        coalesce(
            post_date < service_date
            and not {{ is_impossible_date('service_date') }}
            and not {{ is_impossible_date('post_date') }},
            false
        ) as is_dates_swapped

    from parsed

),

repaired as (

    select
        compared.charge_id,
        compared.credited_charge_id,
        compared.patient_control_number,
        compared.encounter_id,

        compared.claim_type,
        compared.procedure_code,
        compared.revenue_code,
        compared.modifier_1,
        compared.modifier_2,
        unknown_codes.unknown_column,

        compared.units,
        compared.charge_amount,

        compared.is_dates_swapped as is_dates_repaired,

        case when compared.is_dates_swapped then compared.post_date else compared.service_date end
            as service_date,
        case when compared.is_dates_swapped then compared.service_date else compared.post_date end
            as post_date,

        compared._loaded_at,
        compared._source_file,
        compared._batch_id

    from compared
    left join unknown_codes
        on
            coalesce(compared.procedure_code, '') = unknown_codes.procedure_code
            and coalesce(compared.revenue_code, '') = unknown_codes.revenue_code

),

judged as (

    select
        charge_id,
        credited_charge_id,
        patient_control_number,
        encounter_id,

        claim_type,
        procedure_code,
        revenue_code,
        modifier_1,
        modifier_2,
        case
            when service_date is null or {{ is_impossible_date('service_date') }}
                then 'service_date'
            when post_date is null or {{ is_impossible_date('post_date') }} then 'post_date'
        end as impossible_date_column,
        -- a charge is taken back by a line of its own that names it
        case when charge_amount < 0 and credited_charge_id is null then 'charge_amount' end
            as negative_amount_column,
        unknown_column,
        case
            when patient_control_number is null then 'patient_control_number'
            when encounter_id is null then 'encounter_id'
            when charge_amount is null then 'charge_amount'
        end as missing_column,

        units,
        charge_amount,

        is_dates_repaired,

        service_date,
        post_date,

        _loaded_at,
        _source_file,
        _batch_id

    from repaired

),

charges as (

    select
        'HOSPITAL_B' as hospital_id,
        charge_id,
        credited_charge_id,
        patient_control_number,
        encounter_id,

        claim_type,
        procedure_code,
        revenue_code,
        modifier_1,
        modifier_2,
        case
            when impossible_date_column is not null then 'impossible_date'
            when negative_amount_column is not null then 'negative_amount'
            when unknown_column is not null then 'unknown_code'
            when missing_column is not null then 'missing_value'
        end as unusable_reason,
        coalesce(
            impossible_date_column, negative_amount_column, unknown_column, missing_column
        ) as unusable_column,

        units,
        charge_amount,

        is_dates_repaired,

        service_date,
        post_date,

        _loaded_at,
        _source_file,
        _batch_id

    from judged

)

select * from charges
