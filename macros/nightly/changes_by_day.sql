{#- What intervals of int_ar__bucket_intervals change in A/R, by cell and day: a balance enters its cell on
    the interval's first day and leaves it on the day after its last. Days that cancel out are left out.

    interval_sets  pairs of a relation or CTE and a sign: 1 for what holds, -1 for what held until now -#}
{%- macro changes_by_day(interval_sets) -%}
    {%- set amounts = ['gross_balance_amount', 'net_balance_amount', 'credit_balance_amount'] -%}
    select
        payer_key,
        facility_key,

        responsibility,
        aging_bucket,

        bucket_sort,
        {% for amount in amounts -%}
            cast(sum({{ amount }}) as {{ type_money() }}) as {{ amount }},
        {% endfor -%}
        cast(sum(claim_count) as integer) as claim_count,
        cast(sum(credit_claim_count) as integer) as credit_claim_count,

        -- what stood open before the calendar begins enters on its first day
        greatest(change_date, cast('{{ var("calendar_start_date") }}' as date)) as change_date

    from (
        {% for intervals, sign in interval_sets -%}
            {%- for date, direction, condition in [
                ('valid_from', sign, 'true'),
                (dbt.dateadd('day', 1, 'valid_to'), -sign, "valid_to < cast('9999-12-31' as date)"),
            ] -%}
                select
                    payer_key,
                    facility_key,
                    responsibility,
                    aging_bucket,
                    bucket_sort,
                    {% for amount in amounts -%}
                        {{ direction }} * {{ amount }} as {{ amount }},
                    {% endfor -%}
                    case when balance_amount > 0 then {{ direction }} else 0 end as claim_count,
                    case when balance_amount < 0 then {{ direction }} else 0 end
                        as credit_claim_count,
                    cast({{ date }} as date) as change_date
                from {{ intervals }}
                where {{ condition }}
                {{ 'union all' if not loop.last }}
            {% endfor -%}
            {{ 'union all' if not loop.last }}
        {% endfor %}
    ) as signed_changes
    group by 1, 2, 3, 4, 5, 11
    having
        sum(claim_count) <> 0
        or sum(credit_claim_count) <> 0
        {%- for amount in amounts %}
            or sum({{ amount }}) <> 0
        {%- endfor %}
{%- endmacro -%}
