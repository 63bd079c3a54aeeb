with

flows as (

    select * from {{ ref('claim_flow') }}

),

claims as (

    select * from {{ ref('fct_claims') }}
    where first_submitted_date is not null

),

payers as (

    select * from {{ ref('dim_payer') }}

),

signed_flows as (

    -- what enters a state with one step leaves it with the next
    select
        facility_key,
        payer_group,
        to_state as state,
        step_number,
        month_start_date,
        claim_count,
        billed_amount
    from flows
    where to_state <> 'end'

    union all

    select
        facility_key,
        payer_group,
        from_state as state,
        step_number - 1 as step_number,
        month_start_date,
        -claim_count as claim_count,
        -billed_amount as billed_amount
    from flows
    where from_state <> 'start'

    union all

    -- who comes in, and who rests, is every claim that was sent
    {% for state in ['start', 'end'] -%}
        select
            facility_key,
            payer_group,
            '{{ state }}' as state,
            0 as step_number,
            month_start_date,
            claim_count,
            billed_amount
        from flows
        where '{{ state }}' in (from_state, to_state)

        union all

        select
            claims.facility_key,
            current_payers.payer_group,
            '{{ state }}' as state,
            0 as step_number,
            cast({{ dbt.date_trunc('month', 'claims.first_submitted_date') }} as date)
                as month_start_date,
            -1 as claim_count,
            -claims.billed_amount as billed_amount
        from claims
        inner join payers
            on claims.payer_key = payers.payer_key
        inner join payers as current_payers
            on payers.current_payer_key = current_payers.payer_key
        {{ 'union all' if not loop.last }}
    {% endfor %}
),

differences as (

    select
        facility_key,
        payer_group,
        state,
        step_number,
        month_start_date,

        sum(claim_count) as claim_difference,
        sum(billed_amount) as dollar_difference

    from signed_flows
    group by 1, 2, 3, 4, 5

)

select * from differences
where claim_difference <> 0 or dollar_difference <> 0
