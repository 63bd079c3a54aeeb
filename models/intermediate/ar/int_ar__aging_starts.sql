with

accounts as {{ inlined() }} (

    select * from {{ ref('int_claims__accounts') }}
    where {{ is_of_changed_claim() }}

),

remittances as (

    select * from {{ ref('fct_remittances') }}
    where {{ is_of_changed_claim() }}

),

steps as (

    -- a later step prevails, even where a mistaken date puts it before an earlier one. Until a
    -- stay is over it ages from its first service; on any other basis a claim ages so until that
    -- basis has a date.
    select
        claim_key,

        1 as step_number,

        cast('1900-01-01' as date) as valid_from,
        service_date as aging_start_date

    from accounts

    union all

    select
        claim_key,

        2 as step_number,

        discharge_date as valid_from,
        discharge_date as aging_start_date

    from accounts
    where discharge_date is not null

    union all

    select
        claim_key,

        3 as step_number,

        first_submitted_date as valid_from,
        first_submitted_date as aging_start_date

    from accounts
    where
        first_submitted_date is not null
        and '{{ aging_basis() }}' in ('submission', 'last_payer_action')

    union all

    -- any payer's decision, paid, denied or taken back, starts the clock again
    select distinct
        claim_key,

        4 as step_number,

        remittance_date as valid_from,
        remittance_date as aging_start_date

    from remittances
    where claim_key is not null and '{{ aging_basis() }}' = 'last_payer_action'

),

ended as (

    select
        claim_key,

        valid_from,
        coalesce(
            cast(
                {{ dbt.dateadd('day', -1, 'min(valid_from) over (
                    partition by claim_key order by step_number, valid_from
                    rows between 1 following and unbounded following
                )') }} as date
            ),
            cast('9999-12-31' as date)
        ) as valid_to,
        aging_start_date

    from steps

),

aging_starts as (

    select
        claim_key,

        valid_from,
        valid_to,
        aging_start_date

    from ended
    where valid_from <= valid_to

)

select * from aging_starts
