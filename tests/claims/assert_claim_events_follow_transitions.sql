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

steps as (

    select
        claim_events.claim_key,
        claim_events.track,
        claim_events.event_number,
        claim_events.previous_claim_state,
        claim_events.claim_state,

        claim_transitions.to_state is not null
        -- the first payer's track begins with the charge, the others with the transfer
        or (
            claim_events.previous_claim_state is null
            and claim_events.claim_state
            = case claim_events.track
                when 'payer' then 'created'
                else 'transferred_to_' || claim_events.track
            end
        ) as is_allowed,

        claim_events.event_date

    from claim_events
    left join claim_transitions
        on
            claim_events.previous_claim_state = claim_transitions.from_state
            and claim_events.claim_state = claim_transitions.to_state

)

select steps.*
from steps
cross join as_of
where not steps.is_allowed and {{ has_fully_arrived('steps.event_date') }}
