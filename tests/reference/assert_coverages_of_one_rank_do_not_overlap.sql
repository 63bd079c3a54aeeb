with

coverages as (

    select * from {{ ref('stg_billing__coverages') }}

),

ordered as (

    select
        hospital_id,
        patient_id,
        coverage_sequence,
        coverage_id,
        effective_from_date,
        effective_to_date,

        lead(effective_from_date) over (
            partition by hospital_id, patient_id, coverage_sequence
            order by effective_from_date, effective_to_date
        ) as next_effective_from_date

    from coverages

)

select * from ordered
where
    effective_to_date < effective_from_date
    or next_effective_from_date <= coalesce(effective_to_date, cast('9999-12-31' as date))
