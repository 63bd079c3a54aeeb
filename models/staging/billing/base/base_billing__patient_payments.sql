with

source as (

    select * from {{ source('billing', 'patient_payments') }}
    where {{ arriving() }}

),

parsed as (

    select
        {{ normalised_code('patient_payment_id') }} as patient_payment_id,
        {{ normalised_code('account_number') }} as patient_control_number,

        {{ normalised_category('payment_method') }} as payment_method,
        {{ normalised_category('payment_source') }} as payment_source,

        amount as payment_amount,

        post_date,

        _loaded_at,
        _source_file,
        _batch_id

    from source
    {{ computed_once() }}

),

judged as (

    select
        patient_payment_id,
        patient_control_number,

        payment_method,
        payment_source,
        case when {{ is_impossible_date('post_date') }} then 'post_date' end
            as impossible_date_column,
        case when payment_amount < 0 then 'payment_amount' end as negative_amount_column,
        case
            when payment_amount is null then 'payment_amount'
            when post_date is null then 'post_date'
        end as missing_column,

        payment_amount,

        post_date,

        _loaded_at,
        _source_file,
        _batch_id

    from parsed

),

patient_payments as (

    select
        patient_payment_id,
        patient_control_number,

        payment_method,
        payment_source,
        case
            when impossible_date_column is not null then 'impossible_date'
            when negative_amount_column is not null then 'negative_amount'
            when missing_column is not null then 'missing_value'
        end as unusable_reason,
        coalesce(impossible_date_column, negative_amount_column, missing_column)
            as unusable_column,

        payment_amount,

        post_date,

        _loaded_at,
        _source_file,
        _batch_id

    from judged

)

select * from patient_payments
