with

task_force as (

    select * from {{ ref('kpi_denial_task_force') }}
    where definition_id in ('CITF-1', 'CITF-2', 'CITF-3')

),

denial_rates as (

    select * from {{ ref('kpi_denial_rate') }}
    where definition_id in ('CITF-1', 'CITF-2')

),

writeoffs as (

    select * from {{ ref('kpi_denial_writeoffs') }}

),

payers as (

    select * from {{ ref('dim_payer') }}
    where is_adjudicated

),

signed_numbers as (

    select
        definition_id,
        measure,
        payer_key,
        facility_key,
        numerator,
        denominator,
        month_start_date
    from task_force

    union all

    select
        definition_id,
        measure,
        payer_key,
        facility_key,
        -numerator as numerator,
        -denominator as denominator,
        month_start_date
    from denial_rates

    union all

    select
        'CITF-3' as definition_id,
        'dollars' as measure,
        writeoffs.payer_key,
        writeoffs.facility_key,
        -writeoffs.numerator as numerator,
        -writeoffs.denominator as denominator,
        writeoffs.month_start_date

    from writeoffs
    inner join payers
        on writeoffs.payer_key = payers.payer_key

),

differences as (

    select
        definition_id,
        measure,
        payer_key,
        facility_key,
        month_start_date,

        sum(numerator) as numerator_difference,
        sum(denominator) as denominator_difference

    from signed_numbers
    group by 1, 2, 3, 4, 5

)

-- averages are rounded to six places in each of some forty procedure families
select * from differences
where numerator_difference <> 0 or abs(denominator_difference) > 0.0001
