with

source as (

    select * from {{ source('billing', 'account_adjustments') }}
    where {{ arriving() }}

),

parsed as (

    select
        {{ normalised_code('account_adjustment_id') }} as account_adjustment_id,
        {{ normalised_code('account_number') }} as patient_control_number,
        {{ normalised_code('staff_id') }} as staff_id,

        {{ normalised_category('adjustment_type') }} as adjustment_type,

        amount as adjustment_amount,

        post_date,

        _loaded_at,
        _source_file,
        _batch_id

    from source
    {{ computed_once() }}

),

adjustment_types as (

    select * from {{ ref('adjustment_types') }}

),

judged as (

    select
        parsed.account_adjustment_id,
        parsed.patient_control_number,
        parsed.staff_id,

        parsed.adjustment_type,
        case when {{ is_impossible_date('parsed.post_date') }} then 'post_date' end
            as impossible_date_column,
        case when parsed.adjustment_amount < 0 then 'adjustment_amount' end
            as negative_amount_column,
        case when adjustment_types.adjustment_type is null then 'adjustment_type' end
            as unknown_column,
        case
            when parsed.adjustment_amount is null then 'adjustment_amount'
            when parsed.post_date is null then 'post_date'
        end as missing_column,

        parsed.adjustment_amount,

        parsed.post_date,

        parsed._loaded_at,
        parsed._source_file,
        parsed._batch_id

    from parsed
    left join adjustment_types
        on parsed.adjustment_type = adjustment_types.adjustment_type

),

account_adjustments as (

    select
        account_adjustment_id,
        patient_control_number,
        staff_id,

        adjustment_type,
        case
            when impossible_date_column is not null then 'impossible_date'
            when negative_amount_column is not null then 'negative_amount'
            when unknown_column is not null then 'unknown_code'
            when missing_column is not null then 'missing_value'
        end as unusable_reason,
        coalesce(impossible_date_column, negative_amount_column, unknown_column, missing_column)
            as unusable_column,

        adjustment_amount,

        post_date,

        _loaded_at,
        _source_file,
        _batch_id

    from judged

)

select * from account_adjustments
