with

source as (

    select * from {{ source('billing', 'plans') }}
    where {{ arriving() }}

),

cleaned as (

    select
        {{ normalised_code('plan_id') }} as plan_id,
        {{ normalised_code('payer_id') }} as payer_id,

        {{ squeezed('plan_name') }} as plan_name,
        {{ normalised_code('plan_type') }} as plan_type,

        _loaded_at,
        _source_file,
        _batch_id

    from source

),

latest as (

    {{ latest_arrival('cleaned', ['plan_id']) }}

)

select * from latest
