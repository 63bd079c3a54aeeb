{#- Whether a date lies before 1900-01-02 (1900-01-01 is how systems write "no date") or ahead of the
    row's arrival by more than var future_date_tolerance_days. An empty date is not impossible. -#}
{%- macro is_impossible_date(date) -%}
    coalesce(
        {{ date }} < cast('1900-01-02' as date)
        or {{ date }}
        > {{ dbt.dateadd('day', var('future_date_tolerance_days'), '_loaded_at') }},
        false
    )
{%- endmacro -%}
