with

arrivals as (

    -- the feeds that deliver every night; the others say nothing about how far the data reaches
    select max(_loaded_at) as loaded_at from {{ ref('stg_hospital_a__charges') }}
    union all
    select max(_loaded_at) as loaded_at from {{ ref('stg_hospital_b__charges') }}
    union all
    select max(_loaded_at) as loaded_at from {{ ref('stg_clearinghouse__claims') }}
    union all
    select max(_loaded_at) as loaded_at from {{ ref('stg_clearinghouse__remittances') }}
    union all
    select max(_loaded_at) as loaded_at from {{ ref('stg_billing__patient_payments') }}
    union all
    select max(_loaded_at) as loaded_at from {{ ref('stg_billing__account_adjustments') }}

),

as_of as (

    select
        coalesce(
            cast(nullif('{{ var("as_of_date") }}', '') as date),
            cast(max(loaded_at) as date)
        ) as as_of_date

    from arrivals

)

select * from as_of
