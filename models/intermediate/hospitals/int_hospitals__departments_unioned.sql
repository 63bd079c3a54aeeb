{{ config(materialized='view') }}

with

hospital_a as (

    select * from {{ ref('stg_hospital_a__departments') }}

),

hospital_b as (

    select * from {{ ref('stg_hospital_b__departments') }}

),

unioned as (

    select
        hospital_id,
        department_id,
        facility_id,
        facility_npi,

        department_name,
        facility_name,
        facility_state,

        _loaded_at,
        _source_file,
        _batch_id

    from hospital_a

    union all

    select
        hospital_id,
        department_id,
        facility_id,
        facility_npi,

        department_name,
        facility_name,
        facility_state,

        _loaded_at,
        _source_file,
        _batch_id

    from hospital_b

)

select * from unioned
