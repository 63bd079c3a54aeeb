with

arrivals as (

    select * from {{ ref('base_billing__staff') }}

),

latest as (

    {{ latest_arrival('arrivals', ['staff_id'], then_by=['left_date desc nulls last']) }}

),

staff as (

    select
        staff_id,

        staff_name,
        role,
        team,

        hired_date,
        left_date,

        _loaded_at,
        _source_file,
        _batch_id

    from latest

)

select * from staff
