with

claims as (

    select * from {{ ref('fct_claims') }}
    where is_adjudicated and first_submitted_date is not null

),

submissions as (

    select * from {{ ref('fct_claim_submissions') }}

),

payers as (

    select * from {{ ref('dim_payer') }}

),

denials as (

    select * from {{ ref('fct_denials') }}

),

denial_reasons as (

    select * from {{ ref('dim_denial_reason') }}

),

as_of as (

    select * from {{ ref('int_calendar__as_of') }}

),

filed as (

    -- filed is what the payer accepted; a rejected version does not stop the clock
    select
        claim_key,

        min(submitted_date) as filed_date

    from submissions
    where is_accepted
    group by 1

),

timely_filing_denials as (

    select distinct denials.claim_key

    from denials
    inner join denial_reasons
        on denials.denial_reason_key = denial_reasons.denial_reason_key
    where denials.is_initial and denial_reasons.denial_category = 'timely_filing'

),

late_claims as (

    select
        claims.claim_key,
        payers.timely_filing_limit_days,
        {{ days_between(
            'coalesce(claims.discharge_date, claims.service_date)', 'filed.filed_date'
        ) }} as days_to_filing,

        timely_filing_denials.claim_key is not null as is_denied_as_late,

        claims.first_remittance_date

    from claims
    inner join filed
        on claims.claim_key = filed.claim_key
    inner join payers
        on claims.payer_key = payers.payer_key
    left join timely_filing_denials
        on claims.claim_key = timely_filing_denials.claim_key

)

select late_claims.*
from late_claims
cross join as_of
where
    late_claims.days_to_filing > late_claims.timely_filing_limit_days
    and not late_claims.is_denied_as_late
    and {{ has_fully_arrived('late_claims.first_remittance_date') }}
