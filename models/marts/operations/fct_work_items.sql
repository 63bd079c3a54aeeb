with

work_items as (

    select * from {{ ref('int_staff__work_items_matched') }}

),

touches as (

    select
        work_item_key,
        claim_key,
        staff_key,
        payer_key,
        facility_key,
        denied_claim_submission_key,

        work_type,

        minutes,
        {{ days_between('worked_date', 'found_wrong_date') }} as days_to_finding,

        is_error,

        found_wrong_date,
        worked_date

    from work_items

)

select * from touches
