with

claim_events as (

    select * from {{ ref('fct_claim_events') }}
    where track = 'payer'

),

claims as (

    select * from {{ ref('fct_claims') }}
    where first_submitted_date is not null

),

payers as (

    select * from {{ ref('dim_payer') }}

),

grouped_payers as (

    -- a payer's group of today
    select
        payers.payer_key,
        current_payers.payer_group

    from payers
    inner join payers as current_payers
        on payers.current_payer_key = current_payers.payer_key

),

numbered_events as (

    select
        claims.facility_key,
        grouped_payers.payer_group,

        claim_events.previous_claim_state,
        claim_events.claim_state,
        row_number() over (
            partition by claim_events.claim_key order by claim_events.event_number
        ) as step_number,
        claims.billed_amount,

        claim_events.is_current_state,

        cast({{ dbt.date_trunc('month', 'claims.first_submitted_date') }} as date)
            as month_start_date

    from claim_events
    inner join claims
        on claim_events.claim_key = claims.claim_key
    inner join grouped_payers
        on claims.payer_key = grouped_payers.payer_key

),

steps as (

    -- a claim comes in at start and rests at end, so that what enters a state leaves it
    select
        facility_key,
        payer_group,
        coalesce(previous_claim_state, 'start') as from_state,
        claim_state as to_state,
        step_number,
        billed_amount,
        month_start_date
    from numbered_events

    union all

    select
        facility_key,
        payer_group,
        claim_state as from_state,
        'end' as to_state,
        step_number + 1 as step_number,
        billed_amount,
        month_start_date
    from numbered_events
    where is_current_state

),

flows as (

    select
        facility_key,
        payer_group,
        from_state,
        to_state,
        step_number,
        month_start_date,

        count(*) as claim_count,
        sum(billed_amount) as billed_amount

    from steps
    group by 1, 2, 3, 4, 5, 6

),

keyed as (

    select
        {{ surrogate_key([
            'facility_key', 'payer_group', 'from_state', 'to_state', 'step_number',
            'month_start_date'
        ]) }} as claim_flow_key,
        facility_key,

        payer_group,
        from_state,
        to_state,

        cast(step_number as integer) as step_number,
        cast(claim_count as integer) as claim_count,
        cast(billed_amount as {{ type_money() }}) as billed_amount,

        month_start_date

    from flows

)

select * from keyed
