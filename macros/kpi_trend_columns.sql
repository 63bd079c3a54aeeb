{#- The rate of last month, of the trailing three months, and the 95 % Wilson interval with its
    small-sample flag, for a model with numerator, denominator and month_start_date. Months are
    counted, so that a month without rows is a gap and not the month before. A month where rate_when
    is false (its claims are not answered yet) has no rate, neither of its own nor as the month
    before. The interval holds for counts: where counts_when is false (dollars) it is null. -#}
{%- macro kpi_trend_columns(partition_by, counts_when='true', rate_when='true') -%}
    {%- set months -%}
        (extract(year from month_start_date) * 12 + extract(month from month_start_date))
    {%- endset -%}
    {%- set last_month -%}
        over (
            partition by {{ partition_by | join(', ') }}
            order by {{ months }}
            range between 1 preceding and 1 preceding
        )
    {%- endset -%}
    {%- set three_months -%}
        over (
            partition by {{ partition_by | join(', ') }}
            order by {{ months }}
            range between 2 preceding and current row
        )
    {%- endset -%}
    case when {{ rate_when }} then {{ rate('numerator', 'denominator') }} end as rate,
    {{ rate(
        'sum(case when ' ~ rate_when ~ ' then numerator end) ' ~ last_month,
        'sum(case when ' ~ rate_when ~ ' then denominator end) ' ~ last_month
    ) }} as previous_month_rate,
    case
        when {{ rate_when }}
            then
                {{ rate(
                    'sum(numerator) ' ~ three_months, 'sum(denominator) ' ~ three_months
                ) }}
    end as trailing_three_month_rate,
    case when {{ counts_when }} then {{ wilson_bound('numerator', 'denominator', '-') }} end
        as rate_lower,
    case when {{ counts_when }} then {{ wilson_bound('numerator', 'denominator', '+') }} end
        as rate_upper
{%- endmacro -%}
