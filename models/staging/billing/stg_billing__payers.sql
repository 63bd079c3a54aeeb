with

arrivals as (

    select * from {{ ref('base_billing__payers') }}

),

latest as (

    {{ latest_version('arrivals', ['payer_id']) }}

)

select * from latest
