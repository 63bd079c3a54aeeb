with

source as (

    select * from {{ source('billing', 'work_items') }}
    where {{ arriving() }}

),

cleaned as (

    select
        {{ normalised_code('work_item_id') }} as work_item_id,
        {{ normalised_code('staff_id') }} as staff_id,
        {{ normalised_code('account_number') }} as patient_control_number,
        {{ normalised_code('denied_claim_id') }} as denied_claim_id,

        {{ normalised_category('work_type') }} as work_type,

        minutes,

        is_error,

        found_wrong_date,
        worked_date,

        _loaded_at,
        _source_file,
        _batch_id

    from source

),

latest as (

    {{ latest_arrival('cleaned', ['work_item_id'], then_by=['found_wrong_date desc nulls last']) }}

)

select * from latest
