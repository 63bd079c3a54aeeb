{#- Whether all that happened up to a date has had time to arrive (var late_arrival_days). Tests that
    compare what should come in pairs look no further: a claim may be here before its charges. Reads
    as_of, a CTE of int_calendar__as_of. -#}
{%- macro has_fully_arrived(date) -%}
    {{ date }} <= {{ dbt.dateadd('day', -var('late_arrival_days'), 'as_of.as_of_date') }}
{%- endmacro -%}
