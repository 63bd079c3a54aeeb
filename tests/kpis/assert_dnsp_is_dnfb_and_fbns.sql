with

waiting_days as (

    select * from {{ ref('kpi_dnfb') }}

),

compared as (

    select
        facility_key,
        department_key,
        claim_type,
        as_of_date,

        sum(case definition_id when 'PB-3' then numerator else -numerator end)
            as numerator_difference,
        max(denominator) - min(denominator) as denominator_difference,
        count(distinct definition_id) as definition_count

    from waiting_days
    group by 1, 2, 3, 4

)

select * from compared
where numerator_difference <> 0 or denominator_difference <> 0 or definition_count <> 3
