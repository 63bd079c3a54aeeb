{#- The figure of a month (numerator by denominator), of the month before and of the trailing three
    months, and the 95 % Wilson interval, for a CTE with definition_id, numerator, denominator and
    month_start_date. Months are counted, so that a month without rows is a gap and not the month
    before. The trailing figure waits until three months of its definition lie in the data.

    partition_by   the columns that make a cell, without the month
    rate_when      false where a month has no figure (its claims are not answered yet): neither of its
                   own nor as the month before
    counts_when    the interval holds for counts: null where this is false (dollars)
    value          name of the figure: rate, days
    with_interval  false for what is no share of anything: the columns of the interval are left out -#}
{%- macro kpi_trend_columns(
    partition_by, counts_when='true', rate_when='true', value='rate', with_interval=true
) -%}
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
    case when {{ rate_when }} then {{ rate('numerator', 'denominator') }} end as {{ value }},
    {{ rate(
        'sum(case when ' ~ rate_when ~ ' then numerator end) ' ~ last_month,
        'sum(case when ' ~ rate_when ~ ' then denominator end) ' ~ last_month
    ) }} as previous_month_{{ value }},
    case
        when {{ rate_when }} and {{ months }} >= 2 + min({{ months }}) over (partition by definition_id)
            then
                {{ rate(
                    'sum(numerator) ' ~ three_months, 'sum(denominator) ' ~ three_months
                ) }}
    end as trailing_three_month_{{ value }}
    {%- if with_interval -%},
    case when {{ counts_when }} then {{ wilson_bound('numerator', 'denominator', '-') }} end
        as rate_lower,
    case when {{ counts_when }} then {{ wilson_bound('numerator', 'denominator', '+') }} end
        as rate_upper
    {%- endif -%}
{%- endmacro -%}
