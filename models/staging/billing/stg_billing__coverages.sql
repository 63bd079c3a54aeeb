with

source as (

    select * from {{ source('billing', 'coverages') }}
    where {{ arriving() }}

),

cleaned as (

    select
        {{ normalised_code('coverage_id') }} as coverage_id,
        {{ normalised_code('submitter_id') }} as hospital_id,
        {{ normalised_code('patient_id') }} as patient_id,
        {{ normalised_code('payer_id') }} as payer_id,
        {{ normalised_code('plan_id') }} as plan_id,
        {{ normalised_code('member_id') }} as member_id,

        coverage_sequence,

        effective_from_date,
        effective_to_date,

        _loaded_at,
        _source_file,
        _batch_id

    from source

),

latest as (

    {{ latest_arrival('cleaned', ['coverage_id'], then_by=['effective_to_date desc nulls last']) }}

)

select * from latest
