with

arrivals as (

    select * from {{ ref('base_hospital_b__providers') }}

),

latest as (

    {{ latest_version('arrivals', ['provider_id']) }}

)

select * from latest
