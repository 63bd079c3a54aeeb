with

reasons as (

    select * from {{ ref('kpi_denial_reasons') }}

),

categories as (

    select * from {{ ref('kpi_denial_rate_by_category') }}

),

signed_numbers as (

    select
        payer_key,
        measure,
        denial_category,
        numerator,
        month_start_date
    from reasons

    union all

    select
        payer_key,
        measure,
        denial_category,
        -numerator as numerator,
        month_start_date
    from categories

),

differences as (

    select
        payer_key,
        measure,
        denial_category,
        month_start_date,

        sum(numerator) as difference

    from signed_numbers
    group by 1, 2, 3, 4

)

select * from differences
where difference <> 0
