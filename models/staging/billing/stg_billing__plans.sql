with

source as (

    select * from {{ source('billing', 'plans') }}
    where {{ arrived_by_as_of() }}

),

cleaned as (

    select
        plan_id,
        payer_id,

        plan_name,
        plan_type,

        _loaded_at,
        _source_file,
        _batch_id

    from source

)

select * from cleaned
