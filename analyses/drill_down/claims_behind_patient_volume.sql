-- Whose visits make a row of kpi_patient_volume? Each encounter of the row; a person counts with
-- the first of the month, and as new with the visit that made the person new.
with

cells as (

    select * from {{ ref('kpi_patient_volume') }}

),

encounters as (

    select * from {{ ref('fct_encounters') }}

),

facilities as (

    select * from {{ ref('dim_facility') }}

),

followed as (

    select
        encounters.encounter_key,
        encounters.person_key,
        encounters.facility_key,
        encounters.department_key,
        facilities.hospital_id,
        encounters.encounter_type,
        encounters.admit_date,
        lag(encounters.admit_date) over (
            partition by encounters.person_key
            order by encounters.admit_date, encounters.encounter_key
        ) as previous_admit_date,
        cast({{ dbt.date_trunc('month', 'encounters.admit_date') }} as date) as month_start_date

    from encounters
    inner join facilities
        on encounters.facility_key = facilities.facility_key

),

ranked as (

    select
        cells.kpi_patient_volume_key,
        followed.encounter_key,
        followed.person_key,

        cells.volume_level,

        followed.admit_date,
        followed.previous_admit_date,
        row_number() over (
            partition by cells.kpi_patient_volume_key, followed.person_key
            order by followed.admit_date, followed.encounter_key
        ) as visit_number

    from cells
    inner join followed
        on
            cells.month_start_date = followed.month_start_date
            and coalesce(cells.hospital_id, followed.hospital_id) = followed.hospital_id
            and coalesce(cells.facility_key, followed.facility_key) = followed.facility_key
            and coalesce(cells.department_key, followed.department_key)
            = followed.department_key
            and coalesce(cells.encounter_type, followed.encounter_type)
            = followed.encounter_type
    where {{ is_of_cell('cells.kpi_patient_volume_key') }}

)

select
    kpi_patient_volume_key,
    encounter_key,
    person_key,

    volume_level,

    case
        when
            previous_admit_date is null
            or admit_date >= {{ dbt.dateadd('month', 12, 'previous_admit_date') }}
            then 1
        else 0
    end as numerator,
    case when visit_number = 1 then 1 else 0 end as denominator,

    admit_date

from ranked
