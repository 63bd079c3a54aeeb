with

fee_schedules as (

    select * from {{ ref('stg_billing__fee_schedules') }}

),

ordered as (

    select
        payer_id,
        hospital_id,
        claim_type,
        service_code,
        effective_from_date,
        effective_to_date,

        lead(effective_from_date) over (
            partition by payer_id, hospital_id, claim_type, service_code
            order by effective_from_date, effective_to_date
        ) as next_effective_from_date

    from fee_schedules

)

select * from ordered
where
    effective_to_date < effective_from_date
    or next_effective_from_date <= coalesce(effective_to_date, cast('9999-12-31' as date))
