{% set service_month = "cast(" ~ dbt.date_trunc('month', 'service_date') ~ " as date)" %}

with

charge_lags as (

    select * from {{ ref('kpi_charge_lag') }}

),

late_charges as (

    select * from {{ ref('kpi_late_charges') }}

),

charges as (

    select * from {{ ref('fct_charges') }}

),

signed_numbers as (

    select
        'days' as measure,
        facility_key,
        department_key,
        month_start_date,
        numerator as amount
    from charge_lags

    union all

    select
        'lines' as measure,
        facility_key,
        department_key,
        month_start_date,
        denominator as amount
    from charge_lags

    union all

    select
        'dollars' as measure,
        facility_key,
        department_key,
        month_start_date,
        denominator as amount
    from late_charges

    {% for measure, amount in [
        ('days', days_between('service_date', 'post_date')),
        ('lines', '1'),
        ('dollars', 'charge_amount'),
    ] -%}
        union all

        select
            '{{ measure }}' as measure,
            facility_key,
            department_key,
            {{ service_month }} as month_start_date,
            -{{ amount }} as amount
        from charges
        where not is_credit

    {% endfor %}
),

differences as (

    select
        measure,
        facility_key,
        department_key,
        month_start_date,

        sum(amount) as difference

    from signed_numbers
    group by 1, 2, 3, 4

)

select * from differences
where difference <> 0
