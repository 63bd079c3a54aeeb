with

source as (

    select * from {{ source('billing', 'refunds') }}
    where {{ arriving() }}

),

parsed as (

    select
        {{ normalised_code('refund_id') }} as refund_id,
        {{ normalised_code('account_number') }} as patient_control_number,

        {{ normalised_category('refunded_to') }} as refunded_to,

        amount as refund_amount,

        post_date,

        _loaded_at,
        _source_file,
        _batch_id

    from source
    {{ computed_once() }}

),

judged as (

    select
        refund_id,
        patient_control_number,

        refunded_to,
        case when {{ is_impossible_date('post_date') }} then 'post_date' end
            as impossible_date_column,
        case when refund_amount < 0 then 'refund_amount' end as negative_amount_column,
        case
            when refund_amount is null then 'refund_amount'
            when post_date is null then 'post_date'
        end as missing_column,

        refund_amount,

        post_date,

        _loaded_at,
        _source_file,
        _batch_id

    from parsed

),

refunds as (

    select
        refund_id,
        patient_control_number,

        refunded_to,
        case
            when impossible_date_column is not null then 'impossible_date'
            when negative_amount_column is not null then 'negative_amount'
            when missing_column is not null then 'missing_value'
        end as unusable_reason,
        coalesce(impossible_date_column, negative_amount_column, missing_column)
            as unusable_column,

        refund_amount,

        post_date,

        _loaded_at,
        _source_file,
        _batch_id

    from judged

)

select * from refunds
