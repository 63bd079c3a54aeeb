-- How long does each payer take, from our first submission to its first payment? Over the last
-- twelve months of submissions. The mean leaves out what was never paid, so the shares of all that
-- was submitted stand beside it; a month counts in a share once its youngest claim is that old.
with

days_to_pay as (

    select * from {{ ref('kpi_days_to_pay') }}

),

payers as (

    select * from {{ ref('dim_payer') }}

),

months as (

    select
        month_start_date,
        row_number() over (order by month_start_date desc) as months_back
    from days_to_pay
    group by month_start_date

),

named_payers as (

    select
        payer_key,
        max(case when is_current then payer_name end) over (partition by payer_id) as payer_name
    from payers

),

summed as (

    select
        coalesce(named_payers.payer_name, 'All payers') as payer_name,

        sum(days_to_pay.submitted_claim_count) as submitted_claim_count,
        sum(days_to_pay.denominator) as paid_claim_count,
        sum(days_to_pay.numerator) as total_days,
        sum(
            case
                when days_to_pay.paid_within_30_rate is not null
                    then days_to_pay.paid_within_30_count
            end
        ) as paid_within_30_count,
        sum(
            case
                when days_to_pay.paid_within_30_rate is not null
                    then days_to_pay.submitted_claim_count
            end
        ) as old_enough_for_30_count,
        sum(
            case
                when days_to_pay.paid_within_60_rate is not null
                    then days_to_pay.paid_within_60_count
            end
        ) as paid_within_60_count,
        sum(
            case
                when days_to_pay.paid_within_60_rate is not null
                    then days_to_pay.submitted_claim_count
            end
        ) as old_enough_for_60_count,
        sum(
            case
                when days_to_pay.paid_within_90_rate is not null
                    then days_to_pay.paid_within_90_count
            end
        ) as paid_within_90_count,
        sum(
            case
                when days_to_pay.paid_within_90_rate is not null
                    then days_to_pay.submitted_claim_count
            end
        ) as old_enough_for_90_count,
        min(days_to_pay.month_start_date) as first_month_date,
        max(days_to_pay.month_start_date) as last_month_date

    from days_to_pay
    inner join months
        on days_to_pay.month_start_date = months.month_start_date
    inner join named_payers
        on days_to_pay.payer_key = named_payers.payer_key
    where months.months_back <= 12
    group by grouping sets ((named_payers.payer_name), ())

),

measured as (

    select
        payer_name,

        submitted_claim_count,
        cast(paid_claim_count as integer) as paid_claim_count,
        cast(total_days / nullif(paid_claim_count, 0) as numeric(9, 1)) as mean_days_to_payment,
        cast(
            1.0 * paid_within_30_count / nullif(old_enough_for_30_count, 0)
            as numeric(9, 4)
        ) as paid_within_30_rate,
        cast(
            1.0 * paid_within_60_count / nullif(old_enough_for_60_count, 0)
            as numeric(9, 4)
        ) as paid_within_60_rate,
        cast(
            1.0 * paid_within_90_count / nullif(old_enough_for_90_count, 0)
            as numeric(9, 4)
        ) as paid_within_90_rate,
        first_month_date,
        last_month_date

    from summed

)

select * from measured
order by
    case when payer_name = 'All payers' then 1 else 0 end,
    mean_days_to_payment desc nulls last,
    payer_name asc
