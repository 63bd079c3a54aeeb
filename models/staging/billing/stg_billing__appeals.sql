with

source as (

    select * from {{ source('billing', 'appeals') }}
    where {{ arrived_by_as_of() }}

),

cleaned as (

    select
        appeal_id,
        claim_id,
        account_number as patient_control_number,
        staff_id,

        decision,

        appeal_round,
        appealed_amount,

        filed_date,
        deadline_date,
        decided_date,

        _loaded_at,
        _source_file,
        _batch_id

    from source

)

select * from cleaned
