with

claims as (

    select * from {{ ref('fct_claims') }}
    where first_submitted_date is not null

),

payers as (

    select * from {{ ref('dim_payer') }}

),

targets as (

    select * from {{ ref('kpi_targets') }}

),

as_of as (

    select * from {{ ref('int_calendar__as_of') }}

),

submitted as (

    select
        payers.current_payer_key as payer_key,
        claims.facility_key,

        claims.days_to_payment,
        {{ days_between('claims.first_submitted_date', 'as_of.as_of_date') }}
            as days_observed,

        cast({{ dbt.date_trunc('month', 'claims.first_submitted_date') }} as date)
            as month_start_date,
        as_of.as_of_date

    from claims
    inner join payers
        on claims.payer_key = payers.payer_key
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

        month_start_date,
        as_of_date

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
        {{ dbt.dateadd(
            'day',
            var('denial_cohort_maturity_days'),
            dbt.last_day('month_start_date', 'month')
        ) }} <= as_of_date as is_mature,

        month_start_date

    from ranked
    group by payer_key, facility_key, month_start_date, as_of_date

),

measured as (

    -- the mean leaves out what was never paid, so the shares of the whole cohort stand beside it;
    -- a cohort's share within n days is known when its youngest claim is n days old
    select
        {{ surrogate_key(['payer_key', 'facility_key', 'month_start_date']) }}
            as kpi_days_to_pay_key,
        payer_key,
        facility_key,

        'days_submission_to_payment' as kpi_id,
        'RCM-DAYS-TO-PAY' as definition_id,

        cast(coalesce(total_days_to_payment, 0) as {{ type_money() }}) as numerator,
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
        is_mature,

        month_start_date

    from summed

),

trended as (

    -- the mean of a young cohort is of its quick payments alone: it is held against no other month
    select
        kpi_days_to_pay_key,
        payer_key,
        facility_key,

        kpi_id,
        definition_id,

        numerator,
        denominator,
        mean_days_to_payment,
        {{ kpi_trend_columns(
            ['payer_key', 'facility_key'],
            rate_when='is_mature',
            value='days',
            with_interval=false
        ) }},
        median_days_to_payment,
        p90_days_to_payment,
        submitted_claim_count,
        {% for days in [30, 60, 90] -%}
            paid_within_{{ days }}_count,
            paid_within_{{ days }}_rate,
        {% endfor %}
        denominator < {{ var('small_sample_size') }} as is_small_sample,
        is_mature,

        month_start_date

    from measured

),

targeted as (

    select
        trended.kpi_days_to_pay_key,
        trended.payer_key,
        trended.facility_key,

        trended.kpi_id,
        trended.definition_id,

        trended.numerator,
        trended.denominator,
        trended.mean_days_to_payment,
        trended.previous_month_days,
        trended.days - trended.previous_month_days as days_change,
        trended.trailing_three_month_days,
        cast(targets.target_value as {{ type_rate() }}) as target_days,
        trended.median_days_to_payment,
        trended.p90_days_to_payment,
        trended.submitted_claim_count,
        {% for days in [30, 60, 90] -%}
            trended.paid_within_{{ days }}_count,
            trended.paid_within_{{ days }}_rate,
        {% endfor %}
        trended.is_small_sample,
        trended.is_mature,

        trended.month_start_date

    from trended
    left join targets
        on trended.kpi_id = targets.kpi_id

)

select * from targeted
