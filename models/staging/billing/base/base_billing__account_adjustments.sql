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

judged as (

    select
        account_adjustment_id,
        patient_control_number,
        staff_id,

        adjustment_type,
        case when {{ is_impossible_date('post_date') }} then 'post_date' end
            as impossible_date_column,
        case when adjustment_amount < 0 then 'adjustment_amount' end as negative_amount_column,
        case
            when adjustment_amount is null then 'adjustment_amount'
            when post_date is null then 'post_date'
        end as missing_column,

        adjustment_amount,

        post_date,

        _loaded_at,
        _source_file,
        _batch_id

    from parsed

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
            when missing_column is not null then 'missing_value'
        end as unusable_reason,
        coalesce(impossible_date_column, negative_amount_column, missing_column)
            as unusable_column,

        adjustment_amount,

        post_date,

        _loaded_at,
        _source_file,
        _batch_id

    from judged

)

select * from account_adjustments
