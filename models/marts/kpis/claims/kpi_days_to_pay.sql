with

claims as (

    select * from {{ ref('fct_claims') }}
    where first_submitted_date is not null

),

as_of as (

    select * from {{ ref('int_calendar__as_of') }}

),

submitted as (

    select
        claims.payer_key,
        claims.facility_key,

        claims.days_to_payment,
        {{ days_between('claims.first_submitted_date', 'as_of.as_of_date') }}
            as days_observed,

        cast({{ dbt.date_trunc('month', 'claims.first_submitted_date') }} as date)
            as month_start_date

    from claims
    cross join as_of

),

ranked as (

    -- claims without a payment have no days to rank; the percentile of the paid is the smallest
    -- value that this share of them does not exceed, the same on every engine
    select
        payer_key,
        facility_key,

        days_to_payment,
        days_observed,
        case
            when days_to_payment is not null
                then
                    cume_dist() over (
                        partition by
                            payer_key, facility_key, month_start_date,
                            case when days_to_payment is null then 1 else 0 end
                        order by days_to_payment
                    )
        end as paid_share,

        month_start_date

    from submitted

),

summed as (

    select
        payer_key,
        facility_key,

        count(*) as submitted_claim_count,
        count(days_to_payment) as paid_claim_count,
        sum(days_to_payment) as total_days_to_payment,
        min(case when paid_share >= 0.5 then days_to_payment end) as median_days_to_payment,
        min(case when paid_share >= 0.9 then days_to_payment end) as p90_days_to_payment,
        min(days_observed) as days_observed,
        {% for days in [30, 60, 90] -%}
            sum(case when days_to_payment <= {{ days }} then 1 else 0 end)
                as paid_within_{{ days }}_count,
        {% endfor %}
        month_start_date

    from ranked
    group by payer_key, facility_key, month_start_date

),

measured as (

    -- the mean leaves out what was never paid, so the shares of the whole cohort stand beside it;
    -- a cohort's share within n days is known when its youngest claim is n days old
    select
        {{ surrogate_key(['payer_key', 'facility_key', 'month_start_date']) }}
            as kpi_days_to_pay_key,
        payer_key,
        facility_key,

        'RCM-DAYS-TO-PAY' as definition_id,

        cast(total_days_to_payment as {{ type_money() }}) as numerator,
        cast(paid_claim_count as {{ type_money() }}) as denominator,
        {{ rate('total_days_to_payment', 'paid_claim_count') }} as mean_days_to_payment,
        cast(median_days_to_payment as integer) as median_days_to_payment,
        cast(p90_days_to_payment as integer) as p90_days_to_payment,
        cast(submitted_claim_count as integer) as submitted_claim_count,
        {% for days in [30, 60, 90] -%}
            cast(paid_within_{{ days }}_count as integer) as paid_within_{{ days }}_count,
            case
                when days_observed >= {{ days }}
                    then {{ rate('paid_within_' ~ days ~ '_count', 'submitted_claim_count') }}
            end as paid_within_{{ days }}_rate,
        {% endfor %}
        month_start_date

    from summed

)

select * from measured
