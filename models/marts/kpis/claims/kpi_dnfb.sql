with

claims as {{ inlined() }} (

    select * from {{ ref('fct_claims') }}

),

charges as {{ inlined() }} (

    select * from {{ ref('fct_charges') }}

),

encounters as (

    select * from {{ ref('fct_encounters') }}

),

claim_events as (

    select * from {{ ref('fct_claim_events') }}
    where claim_state = 'edit_failed'

),

snapshot_dates as {{ inlined() }} (

    select * from {{ ref('int_calendar__snapshot_dates') }}

),

targets as (

    select * from {{ ref('kpi_targets') }}

),

stops as (

    select
        claim_key,

        min(event_date) as stopped_date

    from claim_events
    group by claim_key

),

accounts as (

    -- a stay is discharged when it is over, a visit where it begins. The scrubber stops finished
    -- bills alone, so a bill that it stopped is final though no claim has been sent to say so. Who
    -- pays alone is billed with the charges and waits for nothing.
    select
        claims.claim_key,
        claims.facility_key,
        claims.department_key,

        claims.claim_type,

        case
            when encounters.encounter_type = 'inpatient' and claims.claim_type = 'I'
                then claims.discharge_date
            else claims.service_date
        end as discharged_date,
        coalesce(claims.final_bill_date, stops.stopped_date) as billed_date,
        claims.first_submitted_date as submitted_date

    from claims
    inner join encounters
        on claims.encounter_key = encounters.encounter_key
    left join stops
        on claims.claim_key = stops.claim_key
    where claims.is_insured

),

waiting_accounts as (

    select
        snapshot_dates.snapshot_date,
        accounts.claim_key,
        accounts.facility_key,
        accounts.department_key,

        accounts.claim_type,

        coalesce(accounts.billed_date <= snapshot_dates.snapshot_date, false) as is_billed

    from accounts
    inner join snapshot_dates
        on
            (
                accounts.discharged_date <= snapshot_dates.snapshot_date
                or accounts.billed_date <= snapshot_dates.snapshot_date
            )
            and coalesce(accounts.submitted_date > snapshot_dates.snapshot_date, true)

),

waiting_charges as (

    -- at charges, as far as they had been posted: a credit takes them back
    select
        waiting_accounts.snapshot_date,
        waiting_accounts.facility_key,
        waiting_accounts.department_key,

        waiting_accounts.claim_type,

        sum(case when waiting_accounts.is_billed then 0 else charges.charge_amount end)
            as unbilled_amount,
        sum(case when waiting_accounts.is_billed then charges.charge_amount else 0 end)
            as unsubmitted_amount

    from waiting_accounts
    inner join charges
        on
            waiting_accounts.claim_key = charges.claim_key
            and waiting_accounts.snapshot_date >= charges.post_date
    group by
        waiting_accounts.snapshot_date,
        waiting_accounts.facility_key,
        waiting_accounts.department_key,
        waiting_accounts.claim_type

),

revenue_by_day as (

    select
        charges.facility_key,
        charges.department_key,

        claims.claim_type,

        sum(charges.charge_amount) as gross_revenue_amount,

        charges.service_date,
        charges.post_date

    from charges
    inner join claims
        on charges.claim_key = claims.claim_key
    group by
        charges.facility_key,
        charges.department_key,
        claims.claim_type,
        charges.service_date,
        charges.post_date

),

first_day as (

    select min(service_date) as first_revenue_date
    from revenue_by_day

),

windows as (

    select
        snapshot_date,
        month_start_date,
        is_month_end,
        cast({{ dbt.dateadd('day', 1 - var('ar_days_window'), 'snapshot_date') }} as date)
            as window_start_date

    from snapshot_dates

),

full_windows as (

    -- as in kpi_ar_days: no days before the window of revenue is full
    select
        windows.snapshot_date,
        windows.month_start_date,
        windows.is_month_end,
        windows.window_start_date

    from windows
    cross join first_day
    where windows.window_start_date >= first_day.first_revenue_date

),

revenue as (

    select
        full_windows.snapshot_date,
        revenue_by_day.facility_key,
        revenue_by_day.department_key,

        revenue_by_day.claim_type,

        sum(revenue_by_day.gross_revenue_amount) as gross_revenue_amount

    from full_windows
    inner join revenue_by_day
        on
            full_windows.window_start_date <= revenue_by_day.service_date
            and full_windows.snapshot_date >= revenue_by_day.service_date
            and full_windows.snapshot_date >= revenue_by_day.post_date
    group by
        full_windows.snapshot_date,
        revenue_by_day.facility_key,
        revenue_by_day.department_key,
        revenue_by_day.claim_type

),

cells as (

    select
        snapshot_date,
        facility_key,
        department_key,
        claim_type
    from waiting_charges

    union

    select
        snapshot_date,
        facility_key,
        department_key,
        claim_type
    from revenue

),

joined as (

    select
        cells.facility_key,
        cells.department_key,

        cells.claim_type,

        coalesce(waiting_charges.unbilled_amount, 0) as unbilled_amount,
        coalesce(waiting_charges.unsubmitted_amount, 0) as unsubmitted_amount,
        coalesce(revenue.gross_revenue_amount, 0) as gross_revenue_amount,

        full_windows.is_month_end,

        cells.snapshot_date as as_of_date,
        full_windows.month_start_date

    from cells
    inner join full_windows
        on cells.snapshot_date = full_windows.snapshot_date
    left join waiting_charges
        on
            cells.snapshot_date = waiting_charges.snapshot_date
            and cells.facility_key = waiting_charges.facility_key
            and cells.department_key = waiting_charges.department_key
            and cells.claim_type = waiting_charges.claim_type
    left join revenue
        on
            cells.snapshot_date = revenue.snapshot_date
            and cells.facility_key = revenue.facility_key
            and cells.department_key = revenue.department_key
            and cells.claim_type = revenue.claim_type

),

definitions as (

    select
        'dnfb_days' as kpi_id,
        'PB-1' as definition_id,
        1 as counts_unbilled,
        0 as counts_unsubmitted

    union all

    select
        'fbns_days' as kpi_id,
        'PB-2' as definition_id,
        0 as counts_unbilled,
        1 as counts_unsubmitted

    union all

    -- HFMA: PB-3 = PB-1 + PB-2
    select
        'dnsp_days' as kpi_id,
        'PB-3' as definition_id,
        1 as counts_unbilled,
        1 as counts_unsubmitted

),

defined as (

    select
        joined.facility_key,
        joined.department_key,

        definitions.kpi_id,
        definitions.definition_id,
        joined.claim_type,

        definitions.counts_unbilled * joined.unbilled_amount
        + definitions.counts_unsubmitted * joined.unsubmitted_amount as numerator,
        cast(
            joined.gross_revenue_amount / cast({{ var('ar_days_window') }} as {{ type_money() }})
            as {{ type_rate() }}
        ) as denominator,

        joined.is_month_end,

        joined.as_of_date,
        joined.month_start_date

    from joined
    cross join definitions

),

measured as (

    -- one snapshot a month, so the snapshot before is that of the month before
    select
        {{ surrogate_key([
            'definition_id', 'facility_key', 'department_key', 'claim_type', 'as_of_date'
        ]) }} as kpi_dnfb_key,
        facility_key,
        department_key,

        kpi_id,
        definition_id,
        claim_type,

        cast(numerator as {{ type_money() }}) as numerator,
        denominator,
        {{ kpi_trend_columns(
            ['definition_id', 'facility_key', 'department_key', 'claim_type'],
            value='days',
            with_interval=false
        ) }},

        is_month_end,

        as_of_date,
        month_start_date

    from defined

),

targeted as (

    select
        measured.kpi_dnfb_key,
        measured.facility_key,
        measured.department_key,

        measured.kpi_id,
        measured.definition_id,
        measured.claim_type,

        measured.numerator,
        measured.denominator,
        measured.days,
        measured.previous_month_days,
        measured.days - measured.previous_month_days as days_change,
        measured.trailing_three_month_days,
        cast(targets.target_value as {{ type_rate() }}) as target_days,

        measured.is_month_end,

        measured.as_of_date,
        measured.month_start_date

    from measured
    left join targets
        on measured.kpi_id = targets.kpi_id

)

select * from targeted
