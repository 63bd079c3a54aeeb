{# Premier: about three rounds of 45 to 60 days each. After that hardly anything comes. #}
{% set resolution_days = 180 %}
{# A year of denials, so that every season counts once and old habits of payers do not. #}
{% set cohort_days = 365 %}
{# Fewer denials than this say nothing by themselves. #}
{% set sample_floor = 30 %}
{% set totals = ['denial_count', 'denied_amount', 'recovered_amount', 'denied_amount_squared'] %}

with

denials as (

    -- a denial of no line of ours can't be followed
    select * from {{ ref('fct_denials') }}
    where not is_repeat and claim_line_key is not null

),

payers as (

    select * from {{ ref('dim_payer') }}

),

denial_reasons as (

    select * from {{ ref('dim_denial_reason') }}

),

as_of as (

    select * from {{ ref('int_calendar__as_of') }}

),

age_buckets as (

    {% for bucket in aging_buckets() -%}
        select
            '{{ bucket.name }}' as age_bucket,
            {{ loop.index }} as age_bucket_sort,
            {{ bucket.first_day }} as first_day,
            {{ bucket.last_day }} as last_day
        {{ 'union all' if not loop.last }}
    {% endfor %}
),

populations as (

    -- what habit brings in, unworked denials included, and what work brings in
    select 'all' as population
    union all
    select 'worked' as population

),

followed as (

    select
        payers.current_payer_key as payer_key,

        denial_reasons.denial_category,

        denials.denied_amount,
        denials.recovered_amount,
        denials.days_to_resolution,
        {{ days_between('denials.denied_date', 'as_of.as_of_date') }} as days_since_denial,

        denials.worked_date is not null as is_worked

    from denials
    inner join payers
        on denials.payer_key = payers.payer_key
    inner join denial_reasons
        on denials.denial_reason_key = denial_reasons.denial_reason_key
    cross join as_of

),

payer_list as (

    select distinct payer_key
    from followed

),

category_list as (

    select distinct denial_category
    from followed

),

cells as (

    -- every payer meets every category, whether it has denied for it in that year or not
    select
        payer_list.payer_key,
        category_list.denial_category,
        populations.population,
        age_buckets.age_bucket,
        age_buckets.age_bucket_sort,
        age_buckets.first_day,
        age_buckets.last_day

    from payer_list
    cross join category_list
    cross join populations
    cross join age_buckets

),

aged as (

    -- a denial that has got as old as a bucket tells what others of that age may still bring; what
    -- is open after the time that it takes counts as lost, else the quick recoveries alone would
    -- count
    select
        followed.payer_key,
        followed.denial_category,
        populations.population,
        age_buckets.age_bucket_sort,

        count(*) as denial_count,
        sum(followed.denied_amount) as denied_amount,
        sum(followed.recovered_amount) as recovered_amount,
        sum(followed.denied_amount * followed.denied_amount) as denied_amount_squared

    from followed
    inner join age_buckets
        on coalesce(followed.days_to_resolution, 9999999) >= age_buckets.first_day
    inner join populations
        on populations.population = 'all' or followed.is_worked
    where
        followed.days_since_denial >= {{ resolution_days }}
        and followed.days_since_denial < {{ resolution_days + cohort_days }}
    group by
        followed.payer_key,
        followed.denial_category,
        populations.population,
        age_buckets.age_bucket_sort

),

aged_of_category as (

    select
        denial_category,
        population,

        {% for total in totals -%}
            sum({{ total }}) as {{ total }},
        {% endfor %}
        age_bucket_sort

    from aged
    group by denial_category, population, age_bucket_sort

),

aged_of_all as (

    select
        population,

        {% for total in totals -%}
            sum({{ total }}) as {{ total }},
        {% endfor %}
        age_bucket_sort

    from aged
    group by population, age_bucket_sort

),

based as (

    select
        cells.payer_key,

        cells.denial_category,
        cells.population,
        cells.age_bucket,
        case
            when aged.denial_count >= {{ sample_floor }} then 'payer and category'
            when aged_of_category.denial_count >= {{ sample_floor }} then 'category'
            else 'all denials'
        end as basis,

        {% for total in totals -%}
            case
                when aged.denial_count >= {{ sample_floor }} then aged.{{ total }}
                when aged_of_category.denial_count >= {{ sample_floor }}
                    then aged_of_category.{{ total }}
                else coalesce(aged_of_all.{{ total }}, 0)
            end as {{ total }},
        {% endfor %}
        cells.age_bucket_sort,
        cells.first_day,
        cells.last_day

    from cells
    left join aged
        on
            cells.payer_key = aged.payer_key
            and cells.denial_category = aged.denial_category
            and cells.population = aged.population
            and cells.age_bucket_sort = aged.age_bucket_sort
    left join aged_of_category
        on
            cells.denial_category = aged_of_category.denial_category
            and cells.population = aged_of_category.population
            and cells.age_bucket_sort = aged_of_category.age_bucket_sort
    left join aged_of_all
        on
            cells.population = aged_of_all.population
            and cells.age_bucket_sort = aged_of_all.age_bucket_sort

),

weighed as (

    -- dollars are no sample of equal parts: a few large denials say less than many small ones. So
    -- many denials of equal size would say as much (Kish): (sum of dollars)2 / sum of their squares
    select
        payer_key,

        denial_category,
        population,
        age_bucket,
        basis,

        age_bucket_sort,
        first_day,
        last_day,
        denial_count,
        denied_amount,
        recovered_amount,
        {{ rate('recovered_amount', 'denied_amount') }} as recovery_rate,
        cast(
            {{ rate('denied_amount', rate('denied_amount_squared', 'denied_amount')) }}
            as {{ type_money() }}
        ) as effective_denial_count

    from based

),

shared as (

    select
        payer_key,

        denial_category,
        population,
        age_bucket,
        basis,

        age_bucket_sort,
        first_day,
        last_day,
        denial_count,
        denied_amount,
        recovered_amount,
        recovery_rate,
        effective_denial_count,
        cast(recovery_rate * effective_denial_count as {{ type_money() }})
            as effective_recovered_count

    from weighed

),

bounded as (

    select
        payer_key,

        denial_category,
        population,
        age_bucket,
        basis,

        age_bucket_sort,
        first_day,
        last_day,
        denial_count,
        cast(denied_amount as {{ type_money() }}) as denied_amount,
        cast(recovered_amount as {{ type_money() }}) as recovered_amount,
        recovery_rate,
        {{ wilson_bound('effective_recovered_count', 'effective_denial_count', '-') }}
            as recovery_rate_lower,
        {{ wilson_bound('effective_recovered_count', 'effective_denial_count', '+') }}
            as recovery_rate_upper

    from shared

)

select * from bounded
