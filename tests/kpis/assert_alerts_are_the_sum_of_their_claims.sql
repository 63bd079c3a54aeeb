with

alerts as (

    select * from {{ ref('kpi_alerts') }}

),

alert_claims as (

    select * from {{ ref('kpi_alert_claims') }}

),

summed as (

    select
        alert_id,

        count(*) as claim_count,
        sum(peak_numerator) as peak_numerator,
        sum(affected_amount) as affected_amount

    from alert_claims
    group by alert_id

)

-- a weekday without submissions is no claim
select alerts.alert_id
from alerts
left join summed
    on alerts.alert_id = summed.alert_id
where
    coalesce(summed.claim_count, 0) <> alerts.affected_claim_count
    or coalesce(summed.affected_amount, 0) <> alerts.affected_amount
    or (
        alerts.metric <> 'silent_submission_days'
        and coalesce(summed.peak_numerator, 0) <> alerts.numerator
    )
