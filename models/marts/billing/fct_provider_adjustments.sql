with

provider_adjustments as (

    select * from {{ ref('int_remittances__provider_adjustments') }}

),

reasons as (

    select * from {{ ref('provider_adjustment_reasons') }}

),

joined as (

    select
        {{ surrogate_key(['provider_adjustments.remittance_provider_adjustment_id']) }}
            as provider_adjustment_key,
        provider_adjustments.remittance_id,
        provider_adjustments.claim_key,
        provider_adjustments.payer_key,
        provider_adjustments.facility_key,
        provider_adjustments.trace_number,

        provider_adjustments.reason_code,
        reasons.reason_label,
        coalesce(reasons.adjustment_kind, 'other') as adjustment_kind,

        provider_adjustments.adjustment_amount,

        provider_adjustments.adjustment_date

    from provider_adjustments
    left join reasons
        on provider_adjustments.reason_code = reasons.reason_code

)

select * from joined
