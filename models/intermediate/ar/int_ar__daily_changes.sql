{{ config(materialized='incremental', incremental_strategy='keep_as_noted') }}

-- in a nightly run, int_ar__bucket_intervals notes here what its new rows change
with

bucket_intervals as {{ inlined() }} (

    select * from {{ ref('int_ar__bucket_intervals') }}
    where {{ 'false' if is_nightly() else 'true' }}

),

daily_changes as (

    {{ changes_by_day([('bucket_intervals', 1)]) }}

)

select * from daily_changes
