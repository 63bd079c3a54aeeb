{% set uuid_columns = [
    'payer_key', 'provider_key', 'facility_key', 'department_key', 'staff_key'
] %}
{% set text_columns = ['procedure_family', 'denial_category'] %}
{% set no_text = 'cast(null as ' ~ dbt.type_string() ~ ')' %}

with

events as {{ inlined() }} (

    select * from {{ ref('int_alerts__events') }}

),

as_of as (

    select * from {{ ref('int_calendar__as_of') }}

),

payers as (

    select * from {{ ref('dim_payer') }}

),

providers as (

    select * from {{ ref('dim_provider') }}

),

facilities as (

    select * from {{ ref('dim_facility') }}

),

departments as (

    select * from {{ ref('dim_department') }}

),

staff as (

    select * from {{ ref('dim_staff') }}

),

families as (

    select * from {{ ref('procedure_families') }}

),

counted as (

    {% for metric, dimension, cell_columns in alert_cells() -%}
        select
            '{{ metric }}' as metric,
            '{{ dimension }}' as dimension,
            {% for column in uuid_columns -%}
                {{ column if column in cell_columns else 'cast(null as uuid)' }} as {{ column }},
            {% endfor -%}
            {% for column in text_columns -%}
                {{ column if column in cell_columns else no_text }} as {{ column }},
            {% endfor -%}
            sum(numerator) as numerator,
            sum(denominator) as denominator,
            sum(numerator_squared) as numerator_squared,
            week_start_date
        from events
        where
            metric = '{{ metric }}'
            {% for column in cell_columns -%}
                and {{ column }} is not null
            {% endfor -%}
        group by {{ (cell_columns + ['week_start_date']) | join(', ') }}
        {{ 'union all' if not loop.last }}
    {% endfor %}
),

watched as (

    -- of service lines only what a payer has a policy about; files and forms it has for all of them
    select * from counted
    where
        dimension <> 'payer_family_category'
        or denial_category in (
            'authorization', 'bundling', 'coding', 'medical_necessity', 'non_covered'
        )

),

denied_cells as (

    select distinct
        dimension,
        payer_key,
        coalesce(procedure_family, '') as procedure_family,
        denial_category

    from watched
    where metric = 'denial_category_rate'

),

answered as (

    -- every claim that is answered may be denied for any reason: by payer, and by payer and family
    select
        'payer_category' as dimension,
        payer_key,
        '' as procedure_family,
        count(*) as denominator,
        week_start_date
    from events
    where metric = 'denial_rate' and payer_key is not null
    group by payer_key, week_start_date

    union all

    select
        'payer_family_category' as dimension,
        payer_key,
        procedure_family,
        count(*) as denominator,
        week_start_date
    from events
    where metric = 'denial_rate' and payer_key is not null and procedure_family is not null
    group by payer_key, procedure_family, week_start_date

),

parts as (

    select
        metric,
        dimension,
        payer_key,
        provider_key,
        facility_key,
        department_key,
        staff_key,
        procedure_family,
        denial_category,
        numerator,
        denominator,
        numerator_squared,
        week_start_date
    from watched

    union all

    -- so that a week without a denial of the kind counts as much as one with
    select
        'denial_category_rate' as metric,
        answered.dimension,
        answered.payer_key,
        cast(null as uuid) as provider_key,
        cast(null as uuid) as facility_key,
        cast(null as uuid) as department_key,
        cast(null as uuid) as staff_key,
        nullif(answered.procedure_family, '') as procedure_family,
        denied_cells.denial_category,
        0 as numerator,
        answered.denominator,
        0 as numerator_squared,
        answered.week_start_date
    from answered
    inner join denied_cells
        on
            answered.dimension = denied_cells.dimension
            and answered.payer_key = denied_cells.payer_key
            and answered.procedure_family = denied_cells.procedure_family

),

observations as (

    select
        metric,
        dimension,
        payer_key,
        provider_key,
        facility_key,
        department_key,
        staff_key,
        procedure_family,
        denial_category,
        sum(numerator) as numerator,
        sum(denominator) as denominator,
        sum(numerator_squared) as numerator_squared,
        week_start_date
    from parts
    group by
        metric,
        dimension,
        payer_key,
        provider_key,
        facility_key,
        department_key,
        staff_key,
        procedure_family,
        denial_category,
        week_start_date

),

named as (

    -- by the sources' ids, which outlast a rename; keys are of versions
    select
        observations.metric,
        observations.dimension,
        observations.dimension
        || coalesce(' ' || payers.payer_id, '')
        || coalesce(' ' || providers.hospital_id || ' ' || providers.provider_id, '')
        || coalesce(' ' || facilities.hospital_id || ' ' || facilities.facility_id, '')
        || coalesce(' ' || departments.hospital_id || ' ' || departments.department_id, '')
        || coalesce(' ' || staff.staff_id, '')
        || coalesce(' ' || observations.procedure_family, '')
        || coalesce(' ' || observations.denial_category, '') as cell_id,
        coalesce(
            payers.payer_name
            || coalesce(', ' || families.family_label, '')
            || coalesce(', ' || replace(observations.denial_category, '_', ' '), ''),
            providers.provider_name || coalesce(', ' || providers.specialty, ''),
            departments.department_name
            || coalesce(', ' || department_facilities.facility_name, ''),
            facilities.facility_name,
            staff.staff_name || ', ' || staff.staff_id,
            'All claims'
        ) as cell_label,

        observations.payer_key,
        observations.provider_key,
        observations.facility_key,
        observations.department_key,
        observations.staff_key,
        observations.procedure_family,
        observations.denial_category,

        cast(observations.numerator as {{ type_money() }}) as numerator,
        cast(observations.denominator as {{ type_money() }}) as denominator,
        cast(observations.numerator_squared as {{ type_money() }}) as numerator_squared,

        observations.week_start_date

    from observations
    cross join as_of
    left join payers
        on observations.payer_key = payers.payer_key
    left join providers
        on observations.provider_key = providers.provider_key
    left join facilities
        on observations.facility_key = facilities.facility_key
    left join departments
        on observations.department_key = departments.department_key
    left join facilities as department_facilities
        on departments.facility_key = department_facilities.facility_key
    left join staff
        on observations.staff_key = staff.staff_key
    left join families
        on observations.procedure_family = families.family_id
    -- a week that is not over says nothing yet
    where {{ dbt.dateadd('day', 6, 'observations.week_start_date') }} <= as_of.as_of_date

)

select * from named
