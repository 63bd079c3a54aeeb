-- How do we stand? The figures that `python -m scripts.kpi_summary` prints, each with what it
-- divides, the days that it covers and its target.
with

ar_days as (

    select * from {{ ref('kpi_ar_days') }}
    where definition_id in ('FM-1', 'RCM-GROSS-AR-DAYS')

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

claims as (

    select * from {{ ref('fct_claims') }}

),

transactions as (

    select * from {{ ref('fct_ar_transactions') }}

),

targets as (

    select * from {{ ref('kpi_targets') }}

),

as_of as (

    select max(as_of_date) as as_of_date
    from aging

),

last_month as (

    -- the last month that is over
    select
        max(month_start_date) as month_start_date,
        max(as_of_date) as month_end_date
    from aging
    where is_month_end

),

ar_days_figures as (

    select
        case ar_days.definition_id when 'FM-1' then 1 else 2 end as sort_order,
        ar_days.kpi_id,
        ar_days.definition_id,
        'days' as unit,
        'dollars' as counted_in,
        sum(ar_days.numerator) as numerator,
        cast(sum(ar_days.denominator) as numeric(18, 6)) as denominator,
        case ar_days.definition_id
            when 'FM-1' then 'net revenue a day' else 'charges a day'
        end as basis_label,
        as_of.as_of_date as from_date,
        as_of.as_of_date as to_date,
        true as is_final

    from ar_days
    inner join as_of
        on ar_days.as_of_date = as_of.as_of_date
    group by ar_days.kpi_id, ar_days.definition_id, as_of.as_of_date

),

aging_figures as (

    select
        3 as sort_order,
        'ar_over_90_rate' as kpi_id,
        'AR-1' as definition_id,
        'rate' as unit,
        'dollars' as counted_in,
        sum(case when aging.is_over_90 then aging.numerator else 0 end) as numerator,
        cast(sum(aging.numerator) as numeric(18, 6)) as denominator,
        'billed A/R' as basis_label,
        as_of.as_of_date as from_date,
        as_of.as_of_date as to_date,
        true as is_final

    from aging
    inner join as_of
        on aging.as_of_date = as_of.as_of_date
    group by as_of.as_of_date

),

ranked_denial_rates as (

    select
        definition_id,
        numerator,
        denominator,
        month_start_date,
        dense_rank() over (partition by definition_id order by month_start_date desc)
            as months_back

    from denial_rates
    where definition_id in ('RCM-IDR', 'AR-5', 'CITF-2')

),

denial_figures as (

    -- the last three mature months of each rate; the initial rate matures later than the others
    select
        case definition_id when 'RCM-IDR' then 4 when 'AR-5' then 5 else 6 end as sort_order,
        case definition_id
            when 'RCM-IDR' then 'initial_denial_rate_claims'
            when 'AR-5' then 'remittance_denial_rate'
            else 'primary_denial_rate'
        end as kpi_id,
        definition_id,
        'rate' as unit,
        'claims' as counted_in,
        sum(numerator) as numerator,
        cast(sum(denominator) as numeric(18, 6)) as denominator,
        case definition_id
            when 'RCM-IDR' then 'submitted'
            when 'AR-5' then 'remitted'
            else 'remittances'
        end as basis_label,
        min(month_start_date) as from_date,
        max(
            cast({{ dbt.last_day('month_start_date', 'month') }} as date)
        ) as to_date,
        true as is_final

    from ranked_denial_rates
    where months_back <= 3
    group by definition_id

),

collection_figures as (

    -- of all claims up to as_of_date, open ones included: it grows still, so no verdict yet
    select
        7 as sort_order,
        'net_collection_rate' as kpi_id,
        'RCM-NET-COLLECTION' as definition_id,
        'rate' as unit,
        'dollars' as counted_in,
        sum(claims.payer_paid_amount + claims.patient_paid_amount - claims.refund_amount)
            as numerator,
        cast(sum(claims.expected_allowed_amount) as numeric(18, 6)) as denominator,
        'expected' as basis_label,
        as_of.as_of_date as from_date,
        as_of.as_of_date as to_date,
        false as is_final

    from claims
    cross join as_of
    group by as_of.as_of_date

),

cash_figures as (

    -- takebacks are negative payments; refunds are not payments
    select
        8 as sort_order,
        'cash_last_month' as kpi_id,
        'RCM-CASH' as definition_id,
        'dollars' as unit,
        'dollars' as counted_in,
        sum(-transactions.amount) as numerator,
        cast(null as numeric(18, 6)) as denominator,
        'from payers and patients' as basis_label,
        last_month.month_start_date as from_date,
        last_month.month_end_date as to_date,
        true as is_final

    from transactions
    inner join last_month
        on
            transactions.post_date
            between last_month.month_start_date and last_month.month_end_date
    where transactions.transaction_type in ('payer_payment', 'patient_payment')
    group by last_month.month_start_date, last_month.month_end_date

),

figures as (

    select * from ar_days_figures
    union all
    select * from aging_figures
    union all
    select * from denial_figures
    union all
    select * from collection_figures
    union all
    select * from cash_figures

),

measured as (

    select
        sort_order,
        kpi_id,
        definition_id,
        unit,
        counted_in,
        cast(numerator as numeric(18, 2)) as numerator,
        denominator,
        basis_label,
        cast(
            case
                when unit = 'dollars' then numerator
                else numerator / nullif(denominator, 0)
            end as numeric(18, 6)
        ) as kpi_value,
        from_date,
        to_date,
        is_final

    from figures

),

held_against_targets as (

    select
        measured.kpi_id,
        measured.definition_id,
        measured.unit,
        measured.counted_in,
        coalesce(targets.kpi_label, 'Cash') as kpi_label,
        measured.basis_label,
        targets.comparison,

        measured.sort_order,
        measured.kpi_value,
        measured.numerator,
        measured.denominator,
        targets.target_value,

        case
            when measured.is_final and targets.comparison = 'at_most'
                then measured.kpi_value <= targets.target_value
            when measured.is_final and targets.comparison = 'at_least'
                then measured.kpi_value >= targets.target_value
        end as is_on_target,

        measured.from_date,
        measured.to_date,
        as_of.as_of_date

    from measured
    cross join as_of
    left join targets
        on measured.kpi_id = targets.kpi_id

)

select * from held_against_targets
order by sort_order
