-- Where have denials jumped? Remittance denial rate (AR-5) of claims by payer and procedure
-- family, of the last month that is over and of the month before, with the change; facilities
-- summed. Cells that rose by more than chance come first: where the two Wilson intervals do not
-- meet.
with

denial_rates as (

    select * from {{ ref('kpi_denial_rate') }}
    where
        definition_id = 'AR-5'
        and measure = 'claims'
        and is_mature

),

payers as (

    select * from {{ ref('dim_payer') }}

),

last_month as (

    select
        max(month_start_date) as month_start_date,
        {{ dbt.dateadd('month', -1, 'max(month_start_date)') }} as previous_month_date
    from denial_rates

),

counted as (

    select
        denial_rates.payer_key,

        denial_rates.procedure_family,

        sum(
            case
                when denial_rates.month_start_date = last_month.month_start_date
                    then denial_rates.numerator
                else 0
            end
        ) as numerator,
        sum(
            case
                when denial_rates.month_start_date = last_month.month_start_date
                    then denial_rates.denominator
                else 0
            end
        ) as denominator,
        sum(
            case
                when denial_rates.month_start_date < last_month.month_start_date
                    then denial_rates.numerator
                else 0
            end
        ) as previous_numerator,
        sum(
            case
                when denial_rates.month_start_date < last_month.month_start_date
                    then denial_rates.denominator
                else 0
            end
        ) as previous_denominator,

        last_month.month_start_date

    from denial_rates
    cross join last_month
    where denial_rates.month_start_date >= last_month.previous_month_date
    group by
        denial_rates.payer_key, denial_rates.procedure_family, last_month.month_start_date

),

rated as (

    select
        payer_key,

        procedure_family,

        cast(numerator as integer) as denied_claim_count,
        cast(denominator as integer) as remitted_claim_count,
        {{ rate('numerator', 'denominator') }} as denial_rate,
        {{ wilson_bound('numerator', 'denominator', '-') }} as rate_lower,
        cast(previous_numerator as integer) as previous_denied_claim_count,
        cast(previous_denominator as integer) as previous_remitted_claim_count,
        {{ rate('previous_numerator', 'previous_denominator') }} as previous_denial_rate,
        {{ wilson_bound('previous_numerator', 'previous_denominator', '+') }}
            as previous_rate_upper,

        month_start_date

    from counted

),

changed as (

    select
        payers.payer_name,
        rated.procedure_family,

        rated.denied_claim_count,
        rated.remitted_claim_count,
        rated.denial_rate,
        rated.previous_denied_claim_count,
        rated.previous_remitted_claim_count,
        rated.previous_denial_rate,
        rated.denial_rate - rated.previous_denial_rate as rate_change,

        coalesce(rated.rate_lower > rated.previous_rate_upper, false) as has_risen_beyond_chance,
        rated.remitted_claim_count < {{ var('small_sample_size') }} as is_small_sample,

        rated.month_start_date

    from rated
    inner join payers
        on rated.payer_key = payers.payer_key

)

select * from changed
order by
    has_risen_beyond_chance desc, is_small_sample asc, rate_change desc nulls last,
    payer_name asc, procedure_family asc
