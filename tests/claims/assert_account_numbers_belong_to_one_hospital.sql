with

accounts as (

    select * from {{ ref('int_claims__accounts') }}

),

hospitals_by_account as (

    select
        patient_control_number,

        count(*) as hospital_count

    from accounts
    group by 1

)

select * from hospitals_by_account
where hospital_count > 1
