with

arrivals as (

    select * from {{ ref('base_hospital_a__providers') }}

),

latest as (

    {{ latest_version('arrivals', ['provider_id']) }}

)

select * from latest
