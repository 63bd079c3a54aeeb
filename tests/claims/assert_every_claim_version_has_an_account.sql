with

versions as (

    select * from {{ ref('int_claims__versions') }}

),

accounts as (

    select * from {{ ref('int_claims__accounts') }}

),

charges as (

    select * from {{ ref('int_claims__charges_priced') }}

),

as_of as (

    select * from {{ ref('int_calendar__as_of') }}

),

charges_by_version as (

    -- what had been posted when the first version was billed; a late charge is not on it
    select
        versions.claim_id,

        sum(charges.charge_amount) as charge_amount

    from versions
    inner join charges
        on
            versions.root_patient_control_number = charges.patient_control_number
            and versions.final_bill_date >= charges.post_date
    where versions.version_number = 1
    group by 1

),

compared as (

    select
        versions.claim_id,
        versions.version_number,
        accounts.claim_key,

        versions.billed_amount,
        charges_by_version.charge_amount,

        versions.submitted_date

    from versions
    left join accounts
        on
            versions.root_patient_control_number = accounts.patient_control_number
            and versions.hospital_id = accounts.hospital_id
    left join charges_by_version
        on versions.claim_id = charges_by_version.claim_id

)

select compared.*
from compared
cross join as_of
where
    {{ has_fully_arrived('compared.submitted_date') }}
    and (
        compared.claim_key is null
        or (
            compared.version_number = 1
            and coalesce(compared.charge_amount, 0) <> compared.billed_amount
        )
    )
