with

remittances as (

    select * from {{ ref('fct_remittances') }}
    where not is_matched

),

suggestions as (

    select * from {{ ref('int_remittances__claims_suggested') }}

),

as_of as (

    select * from {{ ref('int_calendar__as_of') }}

),

unmatched as (

    select
        remittances.remittance_claim_key,
        remittances.remittance_id,
        remittances.payer_key,
        suggestions.candidate_claim_key,

        remittances.trace_number,
        remittances.payer_name,
        remittances.claim_status_code,
        remittances.denial_level,

        remittances.billed_amount,
        remittances.payer_paid_amount,
        remittances.patient_responsibility_amount,
        remittances.denied_amount,
        cast(count(*) over (partition by remittances.remittance_id) as integer)
            as check_unmatched_claim_count,
        cast(
            sum(remittances.payer_paid_amount) over (partition by remittances.remittance_id)
            as {{ type_money() }}
        ) as check_unmatched_amount,
        coalesce(suggestions.candidate_count, 0) as candidate_count,
        {{ days_between('remittances.remittance_date', 'as_of.as_of_date') }} as age_days,

        remittances.is_reversal,

        remittances.remittance_date,
        as_of.as_of_date

    from remittances
    left join suggestions
        on remittances.remittance_claim_key = suggestions.remittance_claim_key
    cross join as_of

)

select * from unmatched
