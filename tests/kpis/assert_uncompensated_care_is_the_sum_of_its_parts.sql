with

writeoffs as (

    select * from {{ ref('kpi_writeoffs') }}

),

compared as (

    -- a cell has a row of FM-4 where it has one of any part
    select
        payer_key,
        facility_key,
        month_start_date,

        sum(case when definition_id = 'FM-4' then numerator else 0 end) as uncompensated_amount,
        sum(
            case when definition_id in ('FM-3', 'AR-7', 'AR-8') then numerator else 0 end
        ) as part_amount,
        min(denominator) as least_charge_amount,
        max(denominator) as greatest_charge_amount

    from writeoffs
    group by 1, 2, 3

)

select * from compared
where
    uncompensated_amount <> part_amount
    or least_charge_amount <> greatest_charge_amount
