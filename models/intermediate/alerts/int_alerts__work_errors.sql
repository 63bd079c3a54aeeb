{{ config(materialized='view') }}

with

work_items as (

    select * from {{ ref('stg_billing__work_items') }}

),

staff as (

    select * from {{ ref('dim_staff') }}
    where is_current

),

accounts as (

    select * from {{ ref('int_claims__accounts') }}

),

touches as (

    select
        staff.staff_key,
        accounts.claim_key,

        work_items.work_type,

        work_items.found_wrong_date is not null as is_error,

        work_items.worked_date,
        work_items.found_wrong_date

    from work_items
    inner join staff
        on work_items.staff_id = staff.staff_id
    inner join accounts
        on work_items.patient_control_number = accounts.patient_control_number
    where work_items.worked_date is not null

)

select * from touches
