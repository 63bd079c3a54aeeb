with

claim_events as (

    select * from {{ ref('fct_claim_events') }}

),

claim_transitions as (

    select * from {{ ref('claim_transitions') }}

),

steps as (

    select
        claim_events.claim_key,
        claim_events.track,
        claim_events.event_number,
        claim_events.previous_claim_state,
        claim_events.claim_state,

        claim_transitions.to_state is not null
        -- the payer's track begins with the charge, the patient's with the transfer
        or (
            claim_events.previous_claim_state is null
            and claim_events.claim_state
            = case claim_events.track
                when 'payer' then 'created'
                else 'transferred_to_patient'
            end
        ) as is_allowed

    from claim_events
    left join claim_transitions
        on
            claim_events.previous_claim_state = claim_transitions.from_state
            and claim_events.claim_state = claim_transitions.to_state

)

select * from steps
where not is_allowed
