with

source as (

    select * from {{ source('billing', 'coverages') }}
    where {{ arrived_by_as_of() }}

),

cleaned as (

    select
        coverage_id,
        submitter_id as hospital_id,
        patient_id,
        payer_id,
        plan_id,
        member_id,

        coverage_sequence,

        effective_from_date,
        effective_to_date,

        _loaded_at,
        _source_file,
        _batch_id

    from source

)

select * from cleaned
