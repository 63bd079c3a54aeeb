{% set stage_dates = [
    'service_date', 'first_charge_post_date', 'final_bill_date', 'first_submitted_date',
    'first_accepted_date', 'first_remittance_date', 'first_payer_payment_date',
] %}

with

claims as (

    select * from {{ ref('fct_claims') }}
    where is_insured

),

as_of as (

    select * from {{ ref('int_calendar__as_of') }}

),

stages as (

    {% for end_date in stage_dates[1:] -%}
        select
            claim_key,
            '{{ end_date }}' as ended_by,
            {{ stage_dates[loop.index0] }} as started_date,
            {{ end_date }} as ended_date
        from claims
        {{ 'union all' if not loop.last }}
    {% endfor %}
)

select stages.*
from stages
cross join as_of
where
    {{ has_fully_arrived('stages.ended_date') }}
    and (stages.started_date > stages.ended_date or stages.started_date is null)
