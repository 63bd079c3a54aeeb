with

appeals as (

    select * from {{ ref('fct_appeals') }}

),

denials as (

    select * from {{ ref('fct_denials') }}

),

as_of as (

    select * from {{ ref('int_calendar__as_of') }}

),

denied_by_remittance as (

    select
        remittance_claim_key,

        sum(denied_amount) as denied_amount

    from denials
    group by 1

),

compared as (

    select
        appeals.appeal_key,
        appeals.claim_key,

        appeals.appealed_amount,
        denied_by_remittance.denied_amount,

        appeals.is_within_limit,
        appeals.filed_date <= appeals.deadline_date as is_before_deadline,

        appeals.filed_date

    from appeals
    left join denied_by_remittance
        on appeals.remittance_claim_key = denied_by_remittance.remittance_claim_key

)

select compared.*
from compared
cross join as_of
where
    {{ has_fully_arrived('compared.filed_date') }}
    and (
        compared.denied_amount is null
        or compared.appealed_amount > compared.denied_amount
        or not compared.is_within_limit
        or compared.is_within_limit <> compared.is_before_deadline
    )
