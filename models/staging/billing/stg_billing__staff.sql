with

arrivals as (

    select * from {{ ref('base_billing__staff') }}

),

latest as (

    {{ latest_version('arrivals', ['staff_id'], then_by=['left_date desc nulls last']) }}

)

select * from latest
