with

seasons as (

    select * from {{ ref('kpi_seasonality') }}

),

summed as (

    select
        measure,
        facility_key,
        period_kind,

        sum(numerator) as numerator,
        sum(denominator) as denominator

    from seasons
    group by 1, 2, 3

),

compared as (

    select
        summed.measure,
        summed.facility_key,
        summed.period_kind,
        summed.numerator,
        summed.denominator,
        other_kinds.numerator as other_numerator

    from summed
    inner join summed as other_kinds
        on
            summed.measure = other_kinds.measure
            and summed.facility_key = other_kinds.facility_key

)

-- a denominator is rounded to six places, twelve of them or fewer
select * from compared
where
    numerator <> other_numerator
    or abs(numerator - denominator) > 0.00001
