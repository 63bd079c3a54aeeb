with

quarantined as (

    select * from {{ ref('int_quarantine__rows') }}

),

rows_without_phi as (

    -- a number of a patient or an account identifies the person, so the row's own number is hashed;
    -- int_quarantine__rows has it for those who mend the row
    select
        {{ surrogate_key(['source_name', 'table_name', 'row_id', 'reason']) }}
            as quarantined_row_key,
        {{ surrogate_key(['source_name', 'table_name', 'row_id']) }} as raw_row_key,

        source_name,
        table_name,
        reason,
        column_name,
        _source_file as source_file,

        amount,
        cast(case when is_resolved then 0 else amount end as {{ type_money() }}) as open_amount,

        is_resolved,

        cast(_loaded_at as date) as arrived_date

    from quarantined

)

select * from rows_without_phi
