with

staff as (

    select * from {{ ref('base_billing__staff') }}

),

last_of_day as (

    {{ latest_version(
        'staff', ['staff_id', 'cast(_loaded_at as date)'], then_by=['left_date desc nulls last']
    ) }}

),

compared as (

    select
        staff_id,

        staff_name,
        role,
        team,

        {{ is_new_version(
            ['staff_id'], ['staff_name', 'role', 'team', 'hired_date', 'left_date']
        ) }} as is_new_version,

        hired_date,
        left_date,

        _loaded_at

    from last_of_day

),

numbered as (

    select
        staff_id,

        staff_name,
        role,
        team,

        hired_date,
        left_date,

        {{ version_columns(['staff_id']) }}

    from compared
    where is_new_version

),

versions as (

    select
        {{ surrogate_key(['staff_id', 'valid_from']) }} as staff_key,
        staff_id,

        staff_name,
        role,
        team,

        version,

        is_current,

        hired_date,
        left_date,
        valid_from,
        valid_to

    from numbered

)

select * from versions
