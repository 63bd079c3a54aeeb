with

waiting_days as (

    select * from {{ ref('kpi_dnfb') }}
    where definition_id = 'PB-3'

),

claims as (

    select * from {{ ref('fct_claims') }}

),

charges as (

    select * from {{ ref('fct_charges') }}

),

encounters as (

    select * from {{ ref('fct_encounters') }}

),

snapshots as (

    select distinct as_of_date
    from waiting_days

),

posted_by_day as (

    select
        charges.post_date,
        claims.is_insured,
        claims.first_submitted_date,
        -- until its discharge a stay is in house, unless its bill says otherwise
        case
            when encounters.encounter_type = 'inpatient' and claims.claim_type = 'I'
                then
                    least(
                        coalesce(claims.discharge_date, cast('9999-12-31' as date)),
                        coalesce(claims.final_bill_date, cast('9999-12-31' as date))
                    )
        end as in_house_until_date,

        sum(charges.charge_amount) as charge_amount

    from charges
    inner join claims
        on charges.claim_key = claims.claim_key
    inner join encounters
        on claims.encounter_key = encounters.encounter_key
    group by 1, 2, 3, 4

),

signed_amounts as (

    select
        as_of_date,
        numerator as amount
    from waiting_days

    union all

    select
        snapshots.as_of_date,
        -posted_by_day.charge_amount as amount
    from snapshots
    inner join posted_by_day
        on snapshots.as_of_date >= posted_by_day.post_date
    where
        posted_by_day.is_insured
        and coalesce(posted_by_day.first_submitted_date > snapshots.as_of_date, true)
        and coalesce(posted_by_day.in_house_until_date <= snapshots.as_of_date, true)

),

differences as (

    select
        as_of_date,

        sum(amount) as difference

    from signed_amounts
    group by 1

)

select * from differences
where difference <> 0
