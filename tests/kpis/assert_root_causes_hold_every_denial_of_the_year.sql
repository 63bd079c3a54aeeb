with

root_causes as (

    select * from {{ ref('kpi_denial_root_causes') }}

),

denials as (

    select * from {{ ref('fct_denials') }}
    where not is_repeat and is_matched

),

as_of as (

    select * from {{ ref('int_calendar__as_of') }}

),

signed_numbers as (

    {% for amount in ['denied_amount', 'recovered_amount', 'lost_amount'] -%}
        select
            '{{ amount }}' as amount_name,
            sum({{ amount }}) as amount
        from root_causes

        union all

    {% endfor -%}
    select
        'denied_amount' as amount_name,
        -sum(denials.denied_amount) as amount
    from denials
    cross join as_of
    where
        denials.denied_date > {{ dbt.dateadd('month', -12, 'as_of.as_of_date') }}
        and denials.denied_date <= as_of.as_of_date

    {% for amount, source_amount in [
        ('recovered_amount', 'recovered_amount'), ('lost_amount', 'written_off_amount')
    ] %}
        union all

        select
            '{{ amount }}' as amount_name,
            -sum(denials.{{ source_amount }}) as amount
        from denials
        cross join as_of
        where
            denials.resolved_date > {{ dbt.dateadd('month', -12, 'as_of.as_of_date') }}
            and denials.resolved_date <= as_of.as_of_date
    {% endfor %}
),

differences as (

    select
        amount_name,

        sum(amount) as difference

    from signed_numbers
    group by 1

)

select * from differences
where difference <> 0
