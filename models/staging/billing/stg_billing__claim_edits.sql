with

source as (

    select * from {{ source('billing', 'claim_edits') }}
    where {{ arriving() }}

),

cleaned as (

    select
        {{ normalised_code('claim_edit_id') }} as claim_edit_id,
        {{ normalised_code('account_number') }} as patient_control_number,
        {{ normalised_code('staff_id') }} as staff_id,

        {{ normalised_code('edit_code') }} as edit_code,
        {{ normalised_category('edit_category') }} as edit_category,

        raised_date,
        resolved_date,

        _loaded_at,
        _source_file,
        _batch_id

    from source

),

latest as (

    {{ latest_arrival('cleaned', ['claim_edit_id'], then_by=['resolved_date desc nulls last']) }}

)

select * from latest
