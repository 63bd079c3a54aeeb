with

volumes as (

    select * from {{ ref('kpi_patient_volume') }}

),

encounters as (

    select * from {{ ref('fct_encounters') }}

),

visited as (

    select
        cast({{ dbt.date_trunc('month', 'admit_date') }} as date) as month_start_date,

        count(*) as encounter_count,
        count(distinct person_key) as patient_count

    from encounters
    group by 1

),

levels as (

    select
        month_start_date,
        volume_level,

        sum(encounter_count) as encounter_count,
        sum(patient_count) as patient_count,
        sum(new_patient_count) as new_patient_count

    from volumes
    group by 1, 2

),

compared as (

    select
        levels.month_start_date,
        levels.volume_level,
        levels.encounter_count,
        levels.patient_count,
        levels.new_patient_count,
        systems.new_patient_count as system_new_patient_count,
        visited.encounter_count as visited_encounter_count,
        visited.patient_count as visited_patient_count

    from levels
    inner join levels as systems
        on
            levels.month_start_date = systems.month_start_date
            and systems.volume_level = 'system'
    full join visited
        on levels.month_start_date = visited.month_start_date

)

-- visits and new people add up from level to level; people seen in two places count in both
select * from compared
where
    volume_level is null
    or visited_encounter_count is null
    or encounter_count <> visited_encounter_count
    or new_patient_count <> system_new_patient_count
    or patient_count < visited_patient_count
    or (volume_level = 'system' and patient_count <> visited_patient_count)
