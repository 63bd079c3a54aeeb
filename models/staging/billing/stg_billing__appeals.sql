with

source as (

    select * from {{ source('billing', 'appeals') }}
    where {{ arriving() }}

),

cleaned as (

    select
        {{ normalised_code('appeal_id') }} as appeal_id,
        {{ normalised_code('claim_id') }} as claim_id,
        {{ normalised_code('account_number') }} as patient_control_number,
        {{ normalised_code('staff_id') }} as staff_id,

        {{ normalised_category('decision') }} as decision,

        appeal_round,
        appealed_amount,

        filed_date,
        deadline_date,
        decided_date,

        _loaded_at,
        _source_file,
        _batch_id

    from source

),

latest as (

    {{ latest_arrival('cleaned', ['appeal_id'], then_by=['decided_date desc nulls last']) }}

)

select * from latest
