with

appeals as (

    select * from {{ ref('stg_billing__appeals') }}

),

accounts as (

    select * from {{ ref('int_claims__accounts') }}

),

denials as (

    select * from {{ ref('fct_denials') }}

),

as_of as (

    select * from {{ ref('int_calendar__as_of') }}

),

first_denials as (

    select
        claim_key,

        min(denied_date) as denied_date,
        sum(case when is_repeat then 0 else billed_amount end) as denied_billed_amount

    from denials
    where claim_key is not null
    group by 1

),

compared as (

    select
        appeals.appeal_id,
        accounts.claim_key,

        appeals.appealed_amount,
        first_denials.denied_billed_amount,

        first_denials.denied_date,
        appeals.filed_date,
        appeals.deadline_date,
        appeals.decided_date

    from appeals
    left join accounts
        on appeals.patient_control_number = accounts.patient_control_number
    left join first_denials
        on accounts.claim_key = first_denials.claim_key

)

select compared.*
from compared
cross join as_of
where
    {{ has_fully_arrived('compared.filed_date') }}
    and (
        compared.denied_date is null
        or compared.filed_date < compared.denied_date
        or compared.filed_date > compared.deadline_date
        or compared.decided_date < compared.filed_date
        or compared.appealed_amount > compared.denied_billed_amount
    )
