with

balance_intervals as (

    select * from {{ ref('int_ar__balance_intervals') }}
    where balance_amount <> 0

),

snapshot_dates as (

    select * from {{ ref('int_calendar__snapshot_dates') }}

),

claims as (

    select * from {{ ref('fct_claims') }}

),

open_balances as (

    select
        snapshot_dates.snapshot_date,
        snapshot_dates.is_month_end,
        balance_intervals.claim_key,
        balance_intervals.responsibility,
        balance_intervals.balance_amount,
        balance_intervals.charge_amount,
        balance_intervals.expected_allowed_amount

    from balance_intervals
    inner join snapshot_dates
        on
            snapshot_dates.snapshot_date
            between balance_intervals.valid_from and balance_intervals.valid_to

),

aged as (

    select
        open_balances.snapshot_date,
        open_balances.is_month_end,
        open_balances.claim_key,
        claims.payer_key,
        claims.facility_key,
        open_balances.responsibility,
        open_balances.balance_amount,
        open_balances.charge_amount,
        open_balances.expected_allowed_amount,
        claims.first_submitted_date,
        claims.is_insured,
        -- until a stay is over its balance ages from the first service; nothing is younger than 0
        greatest(
            {{ days_between(
                'case when claims.aging_date <= open_balances.snapshot_date
                then claims.aging_date else claims.service_date end',
                'open_balances.snapshot_date'
            ) }},
            0
        ) as age_days,

        -- what the payer still owes stands at full charges, so its contractual part is still in
        -- it; what has moved on to the patient or a second payer is net already. The uninsured
        -- discount is posted with the bill.
        open_balances.responsibility = 'primary'
        or (
            not claims.is_insured
            and open_balances.balance_amount > open_balances.expected_allowed_amount
        ) as is_at_charges

    from open_balances
    inner join claims
        on open_balances.claim_key = claims.claim_key

),

snapshot as (

    select
        {{ surrogate_key(['snapshot_date', 'claim_key', 'responsibility']) }} as ar_month_end_key,
        claim_key,
        payer_key,
        facility_key,

        responsibility,
        {{ aging_bucket('age_days') }} as aging_bucket,

        {{ aging_bucket_sort('age_days') }} as bucket_sort,
        age_days,
        balance_amount,
        cast(greatest(balance_amount, 0) as {{ type_money() }}) as gross_balance_amount,
        cast(greatest(-balance_amount, 0) as {{ type_money() }}) as credit_balance_amount,
        cast(
            case
                when balance_amount <= 0 then 0
                when is_at_charges and charge_amount <> 0
                    then
                        {{ share_of_money(
                            'balance_amount', 'expected_allowed_amount', 'charge_amount'
                        ) }}
                else balance_amount
            end as {{ type_money() }}
        ) as net_balance_amount,

        -- self-pay accounts are billed to the patient as soon as they are charged
        is_insured and coalesce(first_submitted_date > snapshot_date, true) as is_unbilled,
        is_month_end,

        snapshot_date

    from aged

)

select * from snapshot
