with

remittances as (

    select * from {{ ref('fct_remittances') }}
    where not is_matched

),

provider_adjustments as (

    select * from {{ ref('fct_provider_adjustments') }}
    where claim_key is null

),

suggestions as (

    select * from {{ ref('int_remittances__claims_suggested') }}

),

as_of as (

    select * from {{ ref('int_calendar__as_of') }}

),

items as (

    select
        remittances.remittance_claim_key as unmatched_item_key,
        remittances.remittance_id,
        remittances.remittance_claim_key,
        cast(null as uuid) as provider_adjustment_key,
        remittances.payer_key,
        suggestions.candidate_claim_key,
        'claim' as item_kind,
        remittances.trace_number,
        remittances.claim_status_code as reason_code,
        remittances.billed_amount,
        remittances.denied_amount,
        remittances.payer_paid_amount as unmatched_amount,
        coalesce(suggestions.candidate_count, 0) as candidate_count,
        remittances.remittance_date
    from remittances
    left join suggestions
        on remittances.remittance_claim_key = suggestions.remittance_claim_key

    union all

    -- what a check adds or keeps without naming a claim of ours; a positive adjustment keeps
    select
        provider_adjustment_key as unmatched_item_key,
        remittance_id,
        cast(null as uuid) as remittance_claim_key,
        provider_adjustment_key,
        payer_key,
        cast(null as uuid) as candidate_claim_key,
        adjustment_kind as item_kind,
        trace_number,
        reason_code,
        0 as billed_amount,
        0 as denied_amount,
        -adjustment_amount as unmatched_amount,
        0 as candidate_count,
        adjustment_date as remittance_date
    from provider_adjustments

),

unmatched as (

    select
        items.unmatched_item_key,
        items.remittance_id,
        items.remittance_claim_key,
        items.provider_adjustment_key,
        items.payer_key,
        items.candidate_claim_key,

        items.item_kind,
        items.trace_number,
        items.reason_code,

        cast(items.billed_amount as {{ type_money() }}) as billed_amount,
        cast(items.denied_amount as {{ type_money() }}) as denied_amount,
        cast(items.unmatched_amount as {{ type_money() }}) as unmatched_amount,
        cast(count(*) over (partition by items.remittance_id) as integer)
            as check_unmatched_count,
        cast(
            sum(items.unmatched_amount) over (partition by items.remittance_id)
            as {{ type_money() }}
        ) as check_unmatched_amount,
        cast(items.candidate_count as integer) as candidate_count,
        {{ days_between('items.remittance_date', 'as_of.as_of_date') }} as age_days,

        items.remittance_date,
        as_of.as_of_date

    from items
    cross join as_of

)

select * from unmatched
