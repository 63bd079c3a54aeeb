with

transactions as (

    select * from {{ ref('fct_ar_transactions') }}
    where transaction_type in ('denial_writeoff', 'charity')

),

charges as (

    select * from {{ ref('fct_charges') }}

),

claims as (

    select * from {{ ref('fct_claims') }}

),

payers as (

    select * from {{ ref('dim_payer') }}

),

targets as (

    select * from {{ ref('kpi_targets') }}
    where kpi_id = 'denial_writeoff_rate'

),

as_of as (

    select * from {{ ref('int_calendar__as_of') }}

),

revenue_entries as (

    -- net patient service revenue as days in A/R have it: what contracts allow, by the day of the
    -- service, less charity
    select
        payer_key,
        facility_key,

        expected_allowed_amount as net_revenue_amount,

        service_date as revenue_date
    from charges

    union all

    select
        transactions.payer_key,
        transactions.facility_key,

        transactions.amount as net_revenue_amount,

        claims.service_date as revenue_date

    from transactions
    inner join claims
        on transactions.claim_key = claims.claim_key
    where transactions.transaction_type = 'charity'

),

first_day as (

    select min(revenue_date) as first_revenue_date
    from revenue_entries

),

entries as (

    -- posted at charges; what it cost is the part of the charge that the claim's contracts allow
    select
        transactions.payer_key,
        transactions.facility_key,

        -transactions.amount as written_off_amount,
        -transactions.amount
        * coalesce({{ rate('claims.expected_allowed_amount', 'claims.billed_amount') }}, 1)
            as net_written_off_amount,
        cast(0 as {{ type_money() }}) as net_revenue_amount,

        cast({{ dbt.date_trunc('month', 'transactions.post_date') }} as date) as month_start_date

    from transactions
    inner join claims
        on transactions.claim_key = claims.claim_key
    where transactions.transaction_type = 'denial_writeoff'

    {% for months_later in [0, 1, 2] %}
        union all

        -- a month's revenue is a third of the average of its own month and of the next two
        select
            payer_key,
            facility_key,

            cast(0 as {{ type_money() }}) as written_off_amount,
            cast(0 as {{ type_money() }}) as net_written_off_amount,
            net_revenue_amount,

            cast(
                {{ dbt.dateadd(
                    'month', months_later, dbt.date_trunc('month', 'revenue_date')
                ) }} as date
            ) as month_start_date
        from revenue_entries
    {% endfor %}
),

summed_of_versions as (

    select
        payer_key,
        facility_key,

        sum(written_off_amount) as written_off_amount,
        sum(net_written_off_amount) as net_written_off_amount,
        sum(net_revenue_amount) as net_revenue_amount,

        month_start_date

    from entries
    group by payer_key, facility_key, month_start_date

),

summed as (

    -- until three months of revenue lie in the data there is no average to divide by
    select
        'AR-6' as definition_id,
        payers.current_payer_key as payer_key,
        summed_of_versions.facility_key,

        sum(summed_of_versions.written_off_amount) as numerator,
        cast(
            cast(sum(summed_of_versions.net_revenue_amount) as numeric(18, 6)) / 3
            as {{ type_rate() }}
        ) as denominator,
        sum(summed_of_versions.net_written_off_amount) as net_written_off_amount,

        payers.is_adjudicated,
        cast({{ dbt.last_day('summed_of_versions.month_start_date', 'month') }} as date)
        <= as_of.as_of_date as is_mature,

        summed_of_versions.month_start_date

    from summed_of_versions
    inner join payers
        on summed_of_versions.payer_key = payers.payer_key
    cross join as_of
    cross join first_day
    where
        summed_of_versions.month_start_date <= as_of.as_of_date
        and summed_of_versions.month_start_date
        >= {{ dbt.dateadd('month', 2, 'first_day.first_revenue_date') }}
    group by
        payers.current_payer_key,
        summed_of_versions.facility_key,
        payers.is_adjudicated,
        summed_of_versions.month_start_date,
        as_of.as_of_date

),

rated as (

    -- nobody denies a patient who pays alone, whose revenue still counts in the hospital's
    select
        payer_key,
        facility_key,

        definition_id,

        numerator,
        denominator,
        {{ kpi_trend_columns(
            ['definition_id', 'payer_key', 'facility_key'],
            rate_when='is_mature and is_adjudicated',
            with_interval=false
        ) }},
        net_written_off_amount,

        is_adjudicated,
        is_mature,

        month_start_date

    from summed

),

targeted as (

    select
        {{ surrogate_key([
            'rated.payer_key', 'rated.facility_key', 'rated.month_start_date'
        ]) }} as kpi_denial_writeoffs_key,
        rated.payer_key,
        rated.facility_key,

        'denial_writeoff_rate' as kpi_id,
        rated.definition_id,

        cast(rated.numerator as {{ type_money() }}) as numerator,
        cast(rated.denominator as {{ type_rate() }}) as denominator,
        rated.rate,
        rated.previous_month_rate,
        rated.rate - rated.previous_month_rate as rate_change,
        rated.trailing_three_month_rate,
        cast(targets.target_value as {{ type_rate() }}) as target_rate,
        cast(round(rated.net_written_off_amount, 2) as {{ type_money() }})
            as net_written_off_amount,
        case
            when rated.is_mature and rated.is_adjudicated
                then {{ rate('rated.net_written_off_amount', 'rated.denominator') }}
        end as net_rate,

        rated.is_mature,

        rated.month_start_date

    from rated
    left join targets
        on targets.kpi_id = 'denial_writeoff_rate'

)

select * from targeted
