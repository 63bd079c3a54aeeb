with

work_items as (

    select * from {{ ref('stg_billing__work_items') }}

),

accounts as (

    select * from {{ ref('int_claims__accounts') }}

),

staff as (

    select * from {{ ref('int_staff__versions') }}

),

submissions as (

    select * from {{ ref('fct_claim_submissions') }}

),

keyed as (

    select
        work_item_id,
        staff_id,
        patient_control_number,
        case
            when denied_claim_id is not null then {{ surrogate_key(['denied_claim_id']) }}
        end as denied_claim_submission_key,

        work_type,

        minutes,

        is_error,

        found_wrong_date,
        worked_date

    from work_items

),

matched as (

    -- an account or a version that has not arrived has no claim yet; the touch was made anyhow
    select
        {{ surrogate_key(['keyed.work_item_id']) }} as work_item_key,
        accounts.claim_key,
        staff.staff_key,
        accounts.payer_key,
        accounts.facility_key,
        submissions.claim_submission_key as denied_claim_submission_key,

        keyed.work_type,

        cast(keyed.minutes as integer) as minutes,

        coalesce(keyed.is_error, false) as is_error,

        keyed.found_wrong_date,
        keyed.worked_date

    from keyed
    left join accounts
        on keyed.patient_control_number = accounts.patient_control_number
    left join staff
        on
            keyed.staff_id = staff.staff_id
            and keyed.worked_date between staff.valid_from and staff.valid_to
    left join submissions
        on keyed.denied_claim_submission_key = submissions.claim_submission_key

)

select * from matched
