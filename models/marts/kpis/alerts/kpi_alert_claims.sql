with

events as (

    select * from {{ ref('int_alerts__episode_events') }}

),

summed as (

    select
        {{ surrogate_key(['alert_id', 'claim_key']) }} as kpi_alert_claims_key,
        alert_id,
        claim_key,

        cast(sum(case when is_at_peak then numerator else 0 end) as {{ type_money() }})
            as peak_numerator,
        cast(sum(numerator) as {{ type_money() }}) as numerator,
        cast(sum(affected_amount) as {{ type_money() }}) as affected_amount

    from events
    where is_in_episode and claim_key is not null
    group by alert_id, claim_key

)

select * from summed
