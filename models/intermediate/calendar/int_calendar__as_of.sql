{#- The feeds that deliver every night; the others say nothing about how far the data reaches. -#}
{% set feeds = [
    'stg_hospital_a__charges', 'stg_hospital_b__charges', 'stg_clearinghouse__claims',
    'stg_clearinghouse__remittances', 'stg_billing__patient_payments',
    'stg_billing__account_adjustments'
] %}
{#- A nightly run asks only what is new how far it reaches. -#}
{% set is_new = is_new_arrival() %}

with

arrivals as (

    {% for feed in feeds -%}
        select cast(max(_loaded_at) as date) as arrived_date from {{ ref(feed) }}
        where {{ is_new if is_nightly() else 'true' }}
        {{ 'union all' if not loop.last }}
    {% endfor %}
),

as_of as (

    select
        coalesce(
            cast(nullif('{{ var("as_of_date") }}', '') as date),
            greatest(max(arrived_date), {{ previous_as_of_date() }})
        ) as as_of_date

    from arrivals

)

select * from as_of
