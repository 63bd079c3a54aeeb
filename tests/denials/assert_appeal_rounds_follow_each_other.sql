with

appeals as (

    select * from {{ ref('stg_billing__appeals') }}

),

as_of as (

    select * from {{ ref('int_calendar__as_of') }}

),

rounds as (

    select
        appeal_id,
        patient_control_number,

        appeal_round,
        lag(appeal_round) over (
            partition by patient_control_number, claim_id order by appeal_round, appeal_id
        ) as previous_round,
        lag(decision) over (
            partition by patient_control_number, claim_id order by appeal_round, appeal_id
        ) as previous_decision,

        filed_date,
        lag(decided_date) over (
            partition by patient_control_number, claim_id order by appeal_round, appeal_id
        ) as previous_decided_date

    from appeals

)

select rounds.*
from rounds
cross join as_of
where
    {{ has_fully_arrived('rounds.filed_date') }}
    and (
        rounds.appeal_round <> coalesce(rounds.previous_round, 0) + 1
        -- who won has nothing to appeal; who has no answer yet waits for it
        or (
            rounds.previous_round is not null
            and (
                coalesce(rounds.previous_decision, 'open') not in ('upheld', 'partially_overturned')
                or rounds.previous_decided_date > rounds.filed_date
            )
        )
    )
