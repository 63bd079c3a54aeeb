{#- What is watched, and what makes a cell of it. A rule names a metric and a dimension of these. -#}
{% set watched = [
    ('denial_rate', 'department', ['department_key']),
    ('denial_rate', 'provider', ['provider_key']),
    ('underpayment_rate', 'payer', ['payer_key']),
    ('takeback_rate', 'payer', ['payer_key']),
    ('days_to_first_remittance', 'payer', ['payer_key']),
    ('charge_lag_days', 'department', ['department_key']),
    ('rejection_rate', 'payer', ['payer_key']),
    ('rejection_rate', 'facility', ['facility_key']),
    ('silent_submission_days', 'all', []),
    ('staff_error_rate', 'staff', ['staff_key']),
] %}
{#- The same of kinds of denial, of which each has the same denominator: the claims answered. -#}
{% set watched_by_category = [
    ('payer_category', ['payer_key']),
    ('payer_family_category', ['payer_key', 'procedure_family']),
] %}
{% set uuid_columns = ['payer_key', 'provider_key', 'facility_key', 'department_key', 'staff_key'] %}
{% set text_columns = ['procedure_family', 'denial_category'] %}

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

{% for dimension, cell_columns in watched_by_category -%}
    {% set cell = cell_columns | join(', ') -%}
    denied_by_{{ dimension }} as (

        select
            {{ cell }},
            denial_category,

            sum(numerator) as numerator,

            week_start_date

        from events
        where metric = 'denial_category_rate' and payer_key is not null
        group by {{ cell }}, denial_category, week_start_date

    ),

    cells_of_{{ dimension }} as (

        select distinct
            {{ cell }},
            denial_category

        from denied_by_{{ dimension }}

    ),

    answered_by_{{ dimension }} as (

        select
            {{ cell }},

            sum(denominator) as denominator,

            week_start_date

        from events
        where metric = 'denial_rate' and payer_key is not null
        group by {{ cell }}, week_start_date

    ),

{% endfor -%}
observations as (

    {% for metric, dimension, cell_columns in watched -%}
        select
            '{{ metric }}' as metric,
            '{{ dimension }}' as dimension,
            {% for column in uuid_columns -%}
                {{ column if column in cell_columns else 'cast(null as uuid)' }} as {{ column }},
            {% endfor -%}
            {% for column in text_columns -%}
                {{ column if column in cell_columns else 'cast(null as ' ~ dbt.type_string() ~ ')' }}
                    as {{ column }},
            {% endfor -%}
            sum(numerator) as numerator,
            sum(denominator) as denominator,
            sum(numerator_squared) as numerator_squared,
            week_start_date
        from events
        where
            metric = '{{ metric }}'
            {%- for column in cell_columns %} and {{ column }} is not null{% endfor %}
        group by {{ (cell_columns + ['week_start_date']) | join(', ') }}

        union all

    {% endfor -%}
    -- every week divides every kind of denial that the cell ever had
    {% for dimension, cell_columns in watched_by_category -%}
        {% set answered, cells, denied = 'answered_by_' ~ dimension, 'cells_of_' ~ dimension,
            'denied_by_' ~ dimension -%}
        select
            'denial_category_rate' as metric,
            '{{ dimension }}' as dimension,
            {% for column in uuid_columns -%}
                {{ answered ~ '.' ~ column if column in cell_columns else 'cast(null as uuid)' }}
                    as {{ column }},
            {% endfor -%}
            {% if 'procedure_family' in cell_columns -%}
                {{ answered }}.procedure_family,
            {% else -%}
                cast(null as {{ dbt.type_string() }}) as procedure_family,
            {% endif -%}
            {{ cells }}.denial_category,
            coalesce({{ denied }}.numerator, 0) as numerator,
            {{ answered }}.denominator,
            0 as numerator_squared,
            {{ answered }}.week_start_date
        from {{ answered }}
        inner join {{ cells }}
            on
                {{ answered }}.payer_key = {{ cells }}.payer_key
                {% for column in cell_columns[1:] -%}
                    and {{ answered }}.{{ column }} = {{ cells }}.{{ column }}
                {% endfor %}
        left join {{ denied }}
            on
                {{ answered }}.payer_key = {{ denied }}.payer_key
                {% for column in cell_columns[1:] -%}
                    and {{ answered }}.{{ column }} = {{ denied }}.{{ column }}
                {% endfor -%}
                and {{ cells }}.denial_category = {{ denied }}.denial_category
                and {{ answered }}.week_start_date = {{ denied }}.week_start_date
        {{ 'union all' if not loop.last }}
    {% endfor %}
),

named as (

    -- named by the sources' ids, which outlast a rename; keys are of versions
    select
        observations.metric,
        observations.dimension,
        {{ dbt.concat([
            "observations.dimension",
            "coalesce(' ' || payers.payer_id, '')",
            "coalesce(' ' || providers.hospital_id || ' ' || providers.provider_id, '')",
            "coalesce(' ' || facilities.hospital_id || ' ' || facilities.facility_id, '')",
            "coalesce(' ' || departments.hospital_id || ' ' || departments.department_id, '')",
            "coalesce(' ' || staff.staff_id, '')",
            "coalesce(' ' || observations.procedure_family, '')",
            "coalesce(' ' || observations.denial_category, '')",
        ]) }} as cell_id,
        coalesce(
            payers.payer_name
            || ', ' || families.family_label
            || ', ' || replace(observations.denial_category, '_', ' '),
            payers.payer_name || ', ' || replace(observations.denial_category, '_', ' '),
            payers.payer_name,
            providers.provider_name || ', ' || providers.specialty,
            providers.provider_name,
            departments.department_name || ', ' || department_facilities.facility_name,
            departments.department_name,
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
