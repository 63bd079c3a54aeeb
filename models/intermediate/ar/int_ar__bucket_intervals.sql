{{ config(
    materialized='incremental', incremental_strategy='replace_intervals', unique_key='claim_key'
) }}

with

balance_intervals as (

    select * from {{ ref('int_ar__balance_intervals') }}
    where balance_amount <> 0 and {{ is_of_changed_claim() }}

),

aging_starts as (

    select * from {{ ref('int_ar__aging_starts') }}

),

accounts as (

    select * from {{ ref('int_claims__accounts') }}

),

buckets as (

    {% for bucket in aging_buckets() -%}
        select
            '{{ bucket.name }}' as aging_bucket,
            {{ loop.index }} as bucket_sort,
            {{ bucket.first_day }} as first_day,
            {{ bucket.last_day }} as last_day
        {{ 'union all' if not loop.last }}
    {% endfor %}
),

owed as (

    -- what the payer still owes stands at full charges, so its contractual part is still in it;
    -- what has moved on to the patient or a second payer is net already. The uninsured discount is
    -- posted with the bill.
    select
        balance_intervals.claim_key,
        accounts.payer_key,
        accounts.facility_key,

        balance_intervals.responsibility,

        balance_intervals.balance_amount,
        cast(
            case
                when balance_intervals.balance_amount <= 0 then 0
                when
                    balance_intervals.charge_amount <> 0
                    and (
                        balance_intervals.responsibility = 'primary'
                        or (
                            not accounts.is_insured
                            and balance_intervals.balance_amount
                            > balance_intervals.expected_allowed_amount
                        )
                    )
                    then
                        {{ share_of_money(
                            'balance_intervals.balance_amount',
                            'balance_intervals.expected_allowed_amount',
                            'balance_intervals.charge_amount'
                        ) }}
                else balance_intervals.balance_amount
            end as {{ type_money() }}
        ) as net_balance_amount,

        balance_intervals.valid_from,
        balance_intervals.valid_to

    from balance_intervals
    inner join accounts
        on balance_intervals.claim_key = accounts.claim_key

),

started as (

    select
        owed.claim_key,
        owed.payer_key,
        owed.facility_key,

        owed.responsibility,

        owed.balance_amount,
        owed.net_balance_amount,

        greatest(owed.valid_from, aging_starts.valid_from) as valid_from,
        least(owed.valid_to, aging_starts.valid_to) as valid_to,
        aging_starts.aging_start_date

    from owed
    inner join aging_starts
        on
            owed.claim_key = aging_starts.claim_key
            and owed.valid_from <= aging_starts.valid_to
            and owed.valid_to >= aging_starts.valid_from

),

aged as (

    -- nothing is younger than 0 days
    select
        claim_key,
        payer_key,
        facility_key,

        responsibility,

        balance_amount,
        net_balance_amount,
        greatest({{ days_between('aging_start_date', 'valid_from') }}, 0) as first_age_days,
        greatest({{ days_between('aging_start_date', 'valid_to') }}, 0) as last_age_days,

        valid_from,
        valid_to,
        aging_start_date

    from started

),

bucketed as (

    select
        aged.claim_key,
        aged.payer_key,
        aged.facility_key,

        aged.responsibility,
        buckets.aging_bucket,

        buckets.bucket_sort,
        aged.balance_amount,
        cast(greatest(aged.balance_amount, 0) as {{ type_money() }}) as gross_balance_amount,
        cast(greatest(-aged.balance_amount, 0) as {{ type_money() }}) as credit_balance_amount,
        aged.net_balance_amount,

        case
            when buckets.first_day > aged.first_age_days
                then
                    cast(
                        {{ dbt.dateadd('day', 'buckets.first_day', 'aged.aging_start_date') }}
                        as date
                    )
            else aged.valid_from
        end as valid_from,
        case
            when buckets.last_day < aged.last_age_days
                then
                    cast(
                        {{ dbt.dateadd('day', 'buckets.last_day', 'aged.aging_start_date') }}
                        as date
                    )
            else aged.valid_to
        end as valid_to,
        aged.aging_start_date

    from aged
    inner join buckets
        on
            aged.first_age_days <= buckets.last_day
            and aged.last_age_days >= buckets.first_day

)

select * from bucketed
