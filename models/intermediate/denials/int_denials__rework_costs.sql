with

work_items as (

    select * from {{ ref('stg_billing__work_items') }}

),

work_costs as (

    select * from {{ ref('work_costs') }}

),

accounts as (

    select * from {{ ref('int_claims__accounts') }}

),

denials as (

    select * from {{ ref('fct_denials') }}
    where not is_repeat

),

touched as (

    -- a touch is of the claim: the lines that had been denied by then bear it in equal parts, so
    -- that minutes add up however a claim's denials are sorted
    select
        denials.denial_key,
        work_items.work_item_id,

        work_items.work_type,

        work_items.minutes,
        count(*) over (partition by work_items.work_item_id) as denial_count,

        work_items.worked_date

    from work_items
    inner join accounts
        on work_items.patient_control_number = accounts.patient_control_number
    inner join denials
        on
            accounts.claim_key = denials.claim_key
            and work_items.worked_date >= denials.denied_date
    where work_items.work_type in ('denial_rework', 'appeal')

),

shared as (

    select
        denial_key,
        work_item_id,

        work_type,

        {{ rate('minutes', 'denial_count') }} as minutes,

        worked_date

    from touched

),

costed as (

    select
        shared.denial_key,
        shared.work_item_id,

        shared.work_type,

        shared.minutes,
        {{ rate('shared.minutes * work_costs.hourly_cost_amount', '60') }} as cost_amount,

        shared.worked_date

    from shared
    inner join work_costs
        on shared.work_type = work_costs.work_type

)

select * from costed
