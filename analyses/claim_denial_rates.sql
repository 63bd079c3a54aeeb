-- How often does each payer deny? Three rates go by the name "denial rate"; here they stand side by
-- side, each with what it divides, over the last twelve months that are mature for all of them.
with

denial_rates as (

    select * from {{ ref('kpi_denial_rate') }}
    where
        measure = 'claims'
        and definition_id in ('RCM-IDR', 'AR-5', 'CITF-2')

),

payers as (

    select * from {{ ref('dim_payer') }}

),

mature_months as (

    -- the initial rate matures last: its claims need time to be answered
    select
        month_start_date,
        row_number() over (order by month_start_date desc) as months_back
    from denial_rates
    where
        definition_id = 'RCM-IDR'
        and is_mature
    group by month_start_date

),

named_payers as (

    -- a payer's history under its present name
    select
        payer_key,
        max(case when is_current then payer_name end) over (partition by payer_id) as payer_name
    from payers

),

counted as (

    select
        coalesce(named_payers.payer_name, 'All payers') as payer_name,

        sum(
            case when denial_rates.definition_id = 'RCM-IDR' then denial_rates.numerator end
        ) as initially_denied_count,
        sum(
            case when denial_rates.definition_id = 'RCM-IDR' then denial_rates.denominator end
        ) as submitted_count,
        sum(
            case when denial_rates.definition_id = 'AR-5' then denial_rates.numerator end
        ) as denied_on_first_remittance_count,
        sum(
            case when denial_rates.definition_id = 'AR-5' then denial_rates.denominator end
        ) as first_remitted_count,
        sum(
            case when denial_rates.definition_id = 'CITF-2' then denial_rates.numerator end
        ) as zero_paid_count,
        sum(
            case when denial_rates.definition_id = 'CITF-2' then denial_rates.denominator end
        ) as primary_remittance_count,

        min(denial_rates.month_start_date) as first_month_date,
        max(denial_rates.month_start_date) as last_month_date

    from denial_rates
    inner join mature_months
        on denial_rates.month_start_date = mature_months.month_start_date
    inner join named_payers
        on denial_rates.payer_key = named_payers.payer_key
    where mature_months.months_back <= 12
    group by grouping sets ((named_payers.payer_name), ())

),

rated as (

    select
        payer_name,

        cast(initially_denied_count as integer) as initially_denied_count,
        cast(submitted_count as integer) as submitted_count,
        cast(
            initially_denied_count / nullif(submitted_count, 0) as numeric(9, 4)
        ) as initial_denial_rate,
        cast(denied_on_first_remittance_count as integer) as denied_on_first_remittance_count,
        cast(first_remitted_count as integer) as first_remitted_count,
        cast(
            denied_on_first_remittance_count / nullif(first_remitted_count, 0) as numeric(9, 4)
        ) as remittance_denial_rate,
        cast(zero_paid_count as integer) as zero_paid_count,
        cast(primary_remittance_count as integer) as primary_remittance_count,
        cast(
            zero_paid_count / nullif(primary_remittance_count, 0) as numeric(9, 4)
        ) as primary_zero_pay_rate,

        first_month_date,
        last_month_date

    from counted

)

select * from rated
order by
    case when payer_name = 'All payers' then 1 else 0 end,
    initial_denial_rate desc nulls last,
    payer_name asc
