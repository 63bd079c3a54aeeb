with

scorecard as (

    select * from {{ ref('kpi_payer_scorecard') }}

),

denial_rates as (

    select * from {{ ref('kpi_denial_rate') }}
    where measure = 'claims' and definition_id in ('AR-5', 'RCM-IDR')

),

appeals as (

    select * from {{ ref('kpi_appeals') }}

),

days_to_pay as (

    select * from {{ ref('kpi_days_to_pay') }}

),

aging as (

    select * from {{ ref('kpi_ar_aging') }}
    where is_month_end

),

payers as (

    select * from {{ ref('dim_payer') }}

),

repeated as (

    select
        case definition_id
            when 'AR-5' then 'remittance_denial' else 'initial_denial'
        end as measure,
        payer_key,
        numerator,
        denominator,
        month_start_date
    from denial_rates

    union all

    select
        'overturn' as measure,
        payer_key,
        numerator,
        denominator,
        month_start_date
    from appeals

    union all

    select
        'payment' as measure,
        payer_key,
        numerator,
        denominator,
        month_start_date
    from days_to_pay

    union all

    select
        'ar_over_90' as measure,
        payer_key,
        case when is_over_90 then numerator else 0 end as numerator,
        numerator as denominator,
        month_start_date
    from aging

),

signed_numbers as (

    {% for measure in [
        'remittance_denial', 'initial_denial', 'overturn', 'payment', 'ar_over_90'
    ] -%}
        select
            '{{ measure }}' as measure,
            payer_key,
            {{ measure }}_numerator as numerator,
            {{ measure }}_denominator as denominator,
            month_start_date
        from scorecard

        union all

    {% endfor -%}
    select
        repeated.measure,
        payers.current_payer_key as payer_key,
        -repeated.numerator as numerator,
        -repeated.denominator as denominator,
        repeated.month_start_date

    from repeated
    inner join payers
        on repeated.payer_key = payers.payer_key
    where payers.is_adjudicated

),

differences as (

    select
        measure,
        payer_key,
        month_start_date,

        sum(numerator) as numerator_difference,
        sum(denominator) as denominator_difference

    from signed_numbers
    group by 1, 2, 3

)

select * from differences
where numerator_difference <> 0 or denominator_difference <> 0
