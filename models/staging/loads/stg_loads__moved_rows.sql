{{ config(materialized='incremental', incremental_strategy='append') }}

-- filled by the strategy replace_versions, while staging takes rows in
with

moved_rows as (

    select
        cast(null as {{ dbt.type_string() }}) as parent_column,
        cast(null as {{ dbt.type_string() }}) as parent_id,

        cast(null as timestamp) as _loaded_at,
        cast(null as {{ dbt.type_string() }}) as _batch_id

    where false

)

select * from moved_rows
