with

rework_costs as (

    select * from {{ ref('int_denials__rework_costs') }}

),

work_items as (

    select * from {{ ref('stg_billing__work_items') }}

),

shared as (

    select
        work_item_id,

        count(*) as denial_count,
        sum(minutes) as minutes

    from rework_costs
    group by 1

)

-- a share is rounded to six places
select
    shared.work_item_id,
    shared.minutes as shared_minutes,
    work_items.minutes

from shared
inner join work_items
    on shared.work_item_id = work_items.work_item_id
where abs(shared.minutes - work_items.minutes) > 0.000001 * shared.denial_count
