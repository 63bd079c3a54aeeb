-- Which class of payers moves the figures of kpi_summary? The same figures by payer class, all
-- payers together, and the targets. Money is of all claims up to as_of_date:
-- billed = paid + adjusted + written off + open.
with

claims as (

    select * from {{ ref('fct_claims') }}

),

ar_days as (

    select * from {{ ref('kpi_ar_days') }}
    where definition_id = 'FM-1'

),

aging as (

    select * from {{ ref('kpi_ar_aging') }}

),

denial_rates as (

    select * from {{ ref('kpi_denial_rate') }}
    where
        measure = 'claims'
        and is_mature

),

payers as (

    select * from {{ ref('dim_payer') }}

),

targets as (

    select * from {{ ref('kpi_targets') }}

),

as_of as (

    select max(as_of_date) as as_of_date
    from aging

),

ranked_denial_rates as (

    select
        definition_id,
        payer_key,
        numerator,
        denominator,
        dense_rank() over (partition by definition_id order by month_start_date desc)
            as months_back

    from denial_rates
    where definition_id in ('RCM-IDR', 'AR-5')

),

money_by_class as (

    select
        coalesce(payers.payer_class_label, 'All payers') as payer_class_label,

        case
            when payers.payer_class_label is null then 1000 else max(payers.payer_class_sort)
        end as payer_class_sort,
        count(*) as claim_count,
        sum(claims.billed_amount) as billed_amount,
        sum(claims.payer_paid_amount + claims.patient_paid_amount - claims.refund_amount)
            as paid_amount,
        sum(
            claims.contractual_adjustment_amount
            + claims.other_adjustment_amount
            + claims.uninsured_discount_amount
        ) as adjusted_amount,
        sum(
            claims.denial_writeoff_amount
            + claims.bad_debt_amount
            + claims.charity_amount
            + claims.small_balance_amount
        ) as written_off_amount,
        sum(claims.balance_amount) as balance_amount,
        sum(claims.expected_allowed_amount) as expected_allowed_amount

    from claims
    inner join payers
        on claims.payer_key = payers.payer_key
    group by grouping sets ((payers.payer_class_label), ())

),

days_by_class as (

    select
        coalesce(payers.payer_class_label, 'All payers') as payer_class_label,

        sum(ar_days.numerator) as net_balance_amount,
        sum(ar_days.denominator) as net_daily_revenue

    from ar_days
    inner join as_of
        on ar_days.as_of_date = as_of.as_of_date
    inner join payers
        on ar_days.payer_key = payers.payer_key
    group by grouping sets ((payers.payer_class_label), ())

),

aging_by_class as (

    select
        coalesce(payers.payer_class_label, 'All payers') as payer_class_label,

        sum(case when aging.is_over_90 then aging.numerator else 0 end) as over_90_amount,
        sum(aging.numerator) as billed_balance_amount

    from aging
    inner join as_of
        on aging.as_of_date = as_of.as_of_date
    inner join payers
        on aging.payer_key = payers.payer_key
    group by grouping sets ((payers.payer_class_label), ())

),

denials_by_class as (

    -- the same three mature months as in kpi_summary
    select
        coalesce(payers.payer_class_label, 'All payers') as payer_class_label,

        sum(
            case
                when ranked_denial_rates.definition_id = 'RCM-IDR'
                    then ranked_denial_rates.numerator
            end
        ) as initially_denied_count,
        sum(
            case
                when ranked_denial_rates.definition_id = 'RCM-IDR'
                    then ranked_denial_rates.denominator
            end
        ) as submitted_count,
        sum(
            case
                when ranked_denial_rates.definition_id = 'AR-5'
                    then ranked_denial_rates.numerator
            end
        ) as denied_on_first_remittance_count,
        sum(
            case
                when ranked_denial_rates.definition_id = 'AR-5'
                    then ranked_denial_rates.denominator
            end
        ) as first_remitted_count

    from ranked_denial_rates
    inner join payers
        on ranked_denial_rates.payer_key = payers.payer_key
    where ranked_denial_rates.months_back <= 3
    group by grouping sets ((payers.payer_class_label), ())

),

measured as (

    select
        money_by_class.payer_class_label,

        money_by_class.payer_class_sort,
        money_by_class.claim_count,
        money_by_class.billed_amount,
        money_by_class.paid_amount,
        money_by_class.adjusted_amount,
        money_by_class.written_off_amount,
        money_by_class.balance_amount,
        cast(
            days_by_class.net_balance_amount / nullif(days_by_class.net_daily_revenue, 0)
            as numeric(18, 6)
        ) as net_ar_days,
        cast(
            aging_by_class.over_90_amount / nullif(aging_by_class.billed_balance_amount, 0)
            as numeric(18, 6)
        ) as ar_over_90_rate,
        cast(
            denials_by_class.initially_denied_count / nullif(denials_by_class.submitted_count, 0)
            as numeric(18, 6)
        ) as initial_denial_rate,
        cast(
            denials_by_class.denied_on_first_remittance_count
            / nullif(denials_by_class.first_remitted_count, 0) as numeric(18, 6)
        ) as remittance_denial_rate,
        cast(
            money_by_class.paid_amount / nullif(money_by_class.expected_allowed_amount, 0)
            as numeric(18, 6)
        ) as net_collection_rate

    from money_by_class
    left join days_by_class
        on money_by_class.payer_class_label = days_by_class.payer_class_label
    left join aging_by_class
        on money_by_class.payer_class_label = aging_by_class.payer_class_label
    left join denials_by_class
        on money_by_class.payer_class_label = denials_by_class.payer_class_label

),

target_row as (

    select
        'Target' as payer_class_label,

        1001 as payer_class_sort,
        cast(null as bigint) as claim_count,
        cast(null as numeric(14, 2)) as billed_amount,
        cast(null as numeric(14, 2)) as paid_amount,
        cast(null as numeric(14, 2)) as adjusted_amount,
        cast(null as numeric(14, 2)) as written_off_amount,
        cast(null as numeric(14, 2)) as balance_amount,
        max(case when kpi_id = 'net_ar_days' then target_value end) as net_ar_days,
        max(case when kpi_id = 'ar_over_90_rate' then target_value end) as ar_over_90_rate,
        max(
            case when kpi_id = 'initial_denial_rate_claims' then target_value end
        ) as initial_denial_rate,
        max(
            case when kpi_id = 'remittance_denial_rate' then target_value end
        ) as remittance_denial_rate,
        max(
            case when kpi_id = 'net_collection_rate' then target_value end
        ) as net_collection_rate

    from targets

),

all_rows as (

    select * from measured
    union all
    select * from target_row

)

select
    payer_class_label,

    claim_count,
    billed_amount,
    paid_amount,
    adjusted_amount,
    written_off_amount,
    balance_amount,
    net_ar_days,
    ar_over_90_rate,
    initial_denial_rate,
    remittance_denial_rate,
    net_collection_rate

from all_rows
order by payer_class_sort
