-- Which touches are behind a person's error rate of a month? Each touch, whether it was found
-- wrong, and the claim version that a payer denied because of it.
with

cells as (

    select * from {{ ref('kpi_staff_error_rate') }}

),

work_items as (

    select * from {{ ref('fct_work_items') }}

),

staff as (

    select * from {{ ref('dim_staff') }}

),

touches as (

    select
        work_items.work_item_key,
        work_items.claim_key,
        work_items.denied_claim_submission_key,
        current_staff.staff_key,

        work_items.work_type,

        case when work_items.is_error then 1 else 0 end as numerator,
        1 as denominator,

        work_items.worked_date,
        cast({{ dbt.date_trunc('month', 'work_items.worked_date') }} as date) as month_start_date,
        work_items.found_wrong_date

    from work_items
    inner join staff
        on work_items.staff_key = staff.staff_key
    inner join staff as current_staff
        on staff.staff_id = current_staff.staff_id and current_staff.is_current

),

drilled as (

    select
        cells.kpi_staff_error_rate_key,
        touches.work_item_key,
        touches.claim_key,
        touches.denied_claim_submission_key,

        touches.work_type,

        touches.numerator,
        touches.denominator,

        touches.worked_date,
        touches.found_wrong_date

    from cells
    inner join touches
        on
            cells.staff_key = touches.staff_key
            and cells.month_start_date = touches.month_start_date
    where {{ is_of_cell('cells.kpi_staff_error_rate_key') }}

)

select * from drilled
