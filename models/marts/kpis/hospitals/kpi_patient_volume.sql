{#- Months without a visit after which a patient is new again, and that must lie before a month. -#}
{% set new_after_months = 12 %}
{% set last_day_of_month = dbt.last_day('counted.month_start_date', 'month') %}
{#- Distinct patients of a level are counted at that level: those of its parts are more. -#}
{% set levels = [
    ('system', []),
    ('hospital', ['hospital_id']),
    ('facility', ['hospital_id', 'facility_key']),
    ('department', ['hospital_id', 'facility_key', 'department_key', 'encounter_type']),
] %}

with

encounters as (

    select * from {{ ref('fct_encounters') }}

),

facilities as (

    select * from {{ ref('dim_facility') }}

),

as_of as (

    select * from {{ ref('int_calendar__as_of') }}

),

followed as (

    -- the visit before, at whichever hospital: who is known to one is not new to the other
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

flagged as (

    select
        person_key,
        facility_key,
        department_key,
        hospital_id,

        encounter_type,

        case
            when
                previous_admit_date is null
                or admit_date
                >= {{ dbt.dateadd('month', new_after_months, 'previous_admit_date') }}
                then 1
            else 0
        end as new_patient_count,

        month_start_date

    from followed

),

first_month as (

    select min(month_start_date) as first_month_start_date
    from flagged

),

counted as (

    {% for volume_level, columns in levels -%}
        select
            '{{ volume_level }}' as volume_level,
            {{ 'hospital_id' if 'hospital_id' in columns
               else 'cast(null as ' ~ dbt.type_string() ~ ')' }} as hospital_id,
            {{ 'facility_key' if 'facility_key' in columns else 'cast(null as uuid)' }}
                as facility_key,
            {{ 'department_key' if 'department_key' in columns else 'cast(null as uuid)' }}
                as department_key,
            {{ 'encounter_type' if 'encounter_type' in columns
               else 'cast(null as ' ~ dbt.type_string() ~ ')' }} as encounter_type,
            count(*) as encounter_count,
            count(distinct person_key) as patient_count,
            sum(new_patient_count) as new_patient_count,
            month_start_date
        from flagged
        group by {{ (columns + ['month_start_date']) | join(', ') }}
        {{ 'union all' if not loop.last }}
    {% endfor %}
),

aged as (

    select
        counted.volume_level,
        counted.hospital_id,
        counted.facility_key,
        counted.department_key,
        counted.encounter_type,
        'RCM-NEW-PATIENTS' as definition_id,

        counted.encounter_count,
        cast(counted.new_patient_count as {{ type_money() }}) as numerator,
        cast(counted.patient_count as {{ type_rate() }}) as denominator,

        -- whoever was here before the data begins looks new
        {{ last_day_of_month }} <= as_of.as_of_date
        and counted.month_start_date
        >= {{ dbt.dateadd('month', new_after_months, 'first_month.first_month_start_date') }}
            as is_mature,

        counted.month_start_date

    from counted
    cross join as_of
    cross join first_month

),

rated as (

    select
        {{ surrogate_key([
            'volume_level', 'hospital_id', 'department_key', 'facility_key', 'encounter_type',
            'month_start_date'
        ]) }} as kpi_patient_volume_key,
        facility_key,
        department_key,

        definition_id,
        volume_level,
        hospital_id,
        encounter_type,

        cast(encounter_count as integer) as encounter_count,
        numerator,
        denominator,
        {{ kpi_trend_columns(
            ['volume_level', 'hospital_id', 'facility_key', 'department_key', 'encounter_type'],
            counts_when='is_mature',
            rate_when='is_mature'
        ) }},

        denominator < {{ var('small_sample_size') }} as is_small_sample,
        is_mature,

        month_start_date

    from aged

),

compared as (

    select
        kpi_patient_volume_key,
        facility_key,
        department_key,

        definition_id,
        volume_level,
        hospital_id,
        encounter_type,

        encounter_count,
        cast(denominator as integer) as patient_count,
        cast(numerator as integer) as new_patient_count,
        numerator,
        denominator,
        rate,
        previous_month_rate,
        rate - previous_month_rate as rate_change,
        trailing_three_month_rate,
        rate_lower,
        rate_upper,

        is_small_sample,
        is_mature,

        month_start_date

    from rated

)

select * from compared
