{{ config(materialized='view') }}

with

hospital_a as (

    select * from {{ ref('base_hospital_a__providers') }}

),

hospital_b as (

    select * from {{ ref('base_hospital_b__providers') }}

),

unioned as (

    select
        hospital_id,
        provider_id,
        npi,
        department_id,

        first_name,
        last_name,
        specialty,

        _loaded_at,
        _source_file,
        _batch_id

    from hospital_a

    union all

    select
        hospital_id,
        provider_id,
        npi,
        department_id,

        first_name,
        last_name,
        specialty,

        _loaded_at,
        _source_file,
        _batch_id

    from hospital_b

)

select * from unioned
