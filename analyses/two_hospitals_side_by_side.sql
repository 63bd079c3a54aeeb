-- How do the two hospitals compare? A row for each and one for both. Visits and patients are of the
-- last twelve full months, and so are charges, payer mix and margin, by month of service; denial
-- rates are of the last three mature months, balances as of as_of_date. A patient of both hospitals
-- counts once in the last row, so its patients may be fewer than the sum.
with

facilities as (

    select * from {{ ref('dim_facility') }}

),

encounters as (

    select * from {{ ref('fct_encounters') }}

),

patient_volumes as (

    select * from {{ ref('kpi_patient_volume') }}

),

payer_mix as (

    select * from {{ ref('kpi_payer_mix') }}

),

profitabilities as (

    select * from {{ ref('kpi_procedure_profitability') }}

),

denial_rates as (

    select * from {{ ref('kpi_denial_rate') }}
    where
        measure = 'claims'
        and is_mature
        and definition_id in ('RCM-IDR', 'AR-5')

),

days_to_pay as (

    select * from {{ ref('kpi_days_to_pay') }}

),

ar_days as (

    select * from {{ ref('kpi_ar_days') }}
    where definition_id = 'FM-1'

),

ar_aging as (

    select * from {{ ref('kpi_ar_aging') }}

),

as_of as (

    select
        max(as_of_date) as as_of_date,
        max(case when is_month_end then month_start_date end) as last_month_start_date
    from ar_aging

),

months as (

    select
        as_of_date,
        last_month_start_date,
        cast({{ dbt.dateadd('month', -11, 'last_month_start_date') }} as date)
            as first_month_start_date

    from as_of

),

people as (

    -- distinct people of a year are no sum of months
    select
        coalesce(facilities.hospital_id, 'Both hospitals') as hospital,

        count(*) as encounter_count,
        count(distinct encounters.person_key) as patient_count

    from encounters
    inner join facilities
        on encounters.facility_key = facilities.facility_key
    cross join months
    where
        cast({{ dbt.date_trunc('month', 'encounters.admit_date') }} as date)
        between months.first_month_start_date and months.last_month_start_date
    group by grouping sets ((facilities.hospital_id), ())

),

new_people as (

    select
        coalesce(patient_volumes.hospital_id, 'Both hospitals') as hospital,

        sum(patient_volumes.new_patient_count) as new_patient_count

    from patient_volumes
    cross join months
    where
        patient_volumes.volume_level in ('system', 'hospital')
        and patient_volumes.month_start_date
        between months.first_month_start_date and months.last_month_start_date
        and patient_volumes.is_mature
    group by patient_volumes.hospital_id

),

revenue as (

    select
        coalesce(facilities.hospital_id, 'Both hospitals') as hospital,

        sum(case when payer_mix.measure = 'claims' then payer_mix.numerator end) as claim_count,
        sum(case when payer_mix.measure = 'charges' then payer_mix.numerator end)
            as charge_amount,
        sum(case when payer_mix.measure = 'net_revenue' then payer_mix.numerator end)
            as net_revenue_amount,
        sum(
            case
                when payer_mix.measure = 'net_revenue' and payer_mix.payer_group = 'commercial'
                    then payer_mix.numerator
            end
        ) as commercial_amount,
        sum(
            case
                when payer_mix.measure = 'net_revenue' and payer_mix.payer_group = 'government'
                    then payer_mix.numerator
            end
        ) as government_amount,
        sum(
            case
                when payer_mix.measure = 'net_revenue' and payer_mix.payer_group = 'self_pay'
                    then payer_mix.numerator
            end
        ) as self_pay_amount

    from payer_mix
    inner join facilities
        on payer_mix.facility_key = facilities.facility_key
    cross join months
    where
        payer_mix.month_start_date
        between months.first_month_start_date and months.last_month_start_date
    group by grouping sets ((facilities.hospital_id), ())

),

margins as (

    select
        coalesce(facilities.hospital_id, 'Both hospitals') as hospital,

        sum(profitabilities.numerator) as margin_amount,
        sum(profitabilities.denominator) as collected_amount

    from profitabilities
    inner join facilities
        on profitabilities.facility_key = facilities.facility_key
    where profitabilities.is_mature
    group by grouping sets ((facilities.hospital_id), ())

),

ranked_denial_rates as (

    select
        definition_id,
        facility_key,
        numerator,
        denominator,
        dense_rank() over (partition by definition_id order by month_start_date desc)
            as months_back

    from denial_rates

),

denials as (

    select
        coalesce(facilities.hospital_id, 'Both hospitals') as hospital,

        sum(
            case
                when ranked_denial_rates.definition_id = 'RCM-IDR'
                    then ranked_denial_rates.numerator
            end
        ) as initial_numerator,
        sum(
            case
                when ranked_denial_rates.definition_id = 'RCM-IDR'
                    then ranked_denial_rates.denominator
            end
        ) as initial_denominator,
        sum(
            case
                when ranked_denial_rates.definition_id = 'AR-5'
                    then ranked_denial_rates.numerator
            end
        ) as remittance_numerator,
        sum(
            case
                when ranked_denial_rates.definition_id = 'AR-5'
                    then ranked_denial_rates.denominator
            end
        ) as remittance_denominator

    from ranked_denial_rates
    inner join facilities
        on ranked_denial_rates.facility_key = facilities.facility_key
    where ranked_denial_rates.months_back <= 3
    group by grouping sets ((facilities.hospital_id), ())

),

payments as (

    select
        coalesce(facilities.hospital_id, 'Both hospitals') as hospital,

        sum(days_to_pay.numerator) as days_to_payment,
        sum(days_to_pay.denominator) as paid_claim_count

    from days_to_pay
    inner join facilities
        on days_to_pay.facility_key = facilities.facility_key
    cross join months
    where
        days_to_pay.month_start_date
        between months.first_month_start_date and months.last_month_start_date
    group by grouping sets ((facilities.hospital_id), ())

),

balances as (

    select
        coalesce(facilities.hospital_id, 'Both hospitals') as hospital,

        sum(ar_days.numerator) as net_balance_amount,
        sum(ar_days.denominator) as net_daily_revenue_amount

    from ar_days
    inner join months
        on ar_days.as_of_date = months.as_of_date
    inner join facilities
        on ar_days.facility_key = facilities.facility_key
    group by grouping sets ((facilities.hospital_id), ())

),

ages as (

    select
        coalesce(facilities.hospital_id, 'Both hospitals') as hospital,

        sum(case when ar_aging.is_over_90 then ar_aging.numerator else 0 end) as over_90_amount,
        sum(ar_aging.numerator) as billed_balance_amount

    from ar_aging
    inner join months
        on ar_aging.as_of_date = months.as_of_date
    inner join facilities
        on ar_aging.facility_key = facilities.facility_key
    group by grouping sets ((facilities.hospital_id), ())

)

select
    people.hospital,

    people.encounter_count,
    people.patient_count,
    new_people.new_patient_count,
    cast(revenue.claim_count as integer) as claim_count,
    revenue.charge_amount,
    revenue.net_revenue_amount,
    {{ rate('revenue.commercial_amount', 'revenue.net_revenue_amount') }} as commercial_rate,
    {{ rate('revenue.government_amount', 'revenue.net_revenue_amount') }} as government_rate,
    {{ rate('revenue.self_pay_amount', 'revenue.net_revenue_amount') }} as self_pay_rate,
    cast(
        margins.margin_amount / nullif(margins.collected_amount, 0) as {{ type_rate() }}
    ) as margin_rate,
    {{ rate('denials.initial_numerator', 'denials.initial_denominator') }}
        as initial_denial_rate,
    {{ rate('denials.remittance_numerator', 'denials.remittance_denominator') }}
        as remittance_denial_rate,
    {{ rate('payments.days_to_payment', 'payments.paid_claim_count') }}
        as mean_days_to_payment,
    {{ rate('balances.net_balance_amount', 'balances.net_daily_revenue_amount') }}
        as net_ar_days,
    {{ rate('ages.over_90_amount', 'ages.billed_balance_amount') }} as ar_over_90_rate

from people
left join new_people
    on people.hospital = new_people.hospital
left join revenue
    on people.hospital = revenue.hospital
left join margins
    on people.hospital = margins.hospital
left join denials
    on people.hospital = denials.hospital
left join payments
    on people.hospital = payments.hospital
left join balances
    on people.hospital = balances.hospital
left join ages
    on people.hospital = ages.hospital
order by
    case when people.hospital = 'Both hospitals' then 1 else 0 end,
    people.hospital
