{{ config(
    materialized='table',
    pre_hook="{{ forget_processed_batches() }}"
) }}

-- what staging takes in is noted there
-- depends_on: {{ ref('stg_loads__moved_rows') }}
with

batches as (

    select * from {{ source('loads', 'load_batches') }}
    where status = 'loaded'

),

processed as (

    {% if is_nightly() -%}
        select batch_id from {{ relation_of('int_loads__processed_batches') }}
    {%- else -%}
        select cast(null as {{ dbt.type_string() }}) as batch_id
        where false
    {%- endif %}

),

compared as (

    select
        batches.batch_id,
        batches.kind,
        batches.file_name,

        batches.row_count,

        processed.batch_id is null as is_new,

        batches.loaded_at

    from batches
    left join processed
        on batches.batch_id = processed.batch_id

)

select * from compared
