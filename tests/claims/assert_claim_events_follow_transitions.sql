with

claim_events as (

    select * from {{ ref('fct_claim_events') }}

),

claim_transitions as (

    select * from {{ ref('claim_transitions') }}

),

as_of as (

    select * from {{ ref('int_calendar__as_of') }}

),

numbered as (

    -- the state before is found here anew: the column that tells it is under test too
    select
        claim_key,
        track,
        event_number,
        previous_claim_state as told_claim_state,
        lag(claim_state) over (partition by claim_key, track order by event_number)
            as previous_claim_state,
        claim_state,
        event_date,
        max(event_date) over (
            partition by claim_key
            order by event_number
            rows between unbounded preceding and current row
        ) as latest_date

    from claim_events

),

steps as (

    select
        numbered.claim_key,
        numbered.track,
        numbered.event_number,
        numbered.told_claim_state,
        numbered.previous_claim_state,
        numbered.claim_state,

        claim_transitions.to_state is not null
        -- the first payer's track begins with the charge, the others with the transfer
        or (
            numbered.previous_claim_state is null
            and numbered.claim_state
            = case numbered.track
                when 'payer' then 'created'
                else 'transferred_to_' || numbered.track
            end
        ) as is_allowed,
        numbered.event_date < numbered.latest_date as is_out_of_order,

        numbered.event_date

    from numbered
    left join claim_transitions
        on
            numbered.previous_claim_state = claim_transitions.from_state
            and numbered.claim_state = claim_transitions.to_state

)

select steps.*
from steps
cross join as_of
where
    {{ has_fully_arrived('steps.event_date') }}
    and (
        not steps.is_allowed
        or steps.is_out_of_order
        or coalesce(steps.told_claim_state, '') <> coalesce(steps.previous_claim_state, '')
    )
