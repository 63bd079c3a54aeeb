{#- The date that a text holds, or null when it holds none: another shape, month 13,
    February 30, a year before 1000. Never raises.

    expression  text column or expression, not padded
    format      'mmddyyyy_slashes' (MM/DD/YYYY) or 'yyyymmdd' -#}
{%- macro parse_date(expression, format) -%}
    {%- if format not in ('mmddyyyy_slashes', 'yyyymmdd') -%}
        {{ exceptions.raise_compiler_error(
            "parse_date: format must be 'mmddyyyy_slashes' or 'yyyymmdd', not '" ~ format ~ "'."
        ) }}
    {%- endif -%}
    {{ return(adapter.dispatch('parse_date', 'rcm_warehouse')(expression, format)) }}
{%- endmacro -%}

{#- to_date raises on a day that does not exist. The pattern admits only days that their month has,
    which leaves February 29 to the calendar. -#}
{%- macro default__parse_date(expression, format) -%}
    {%- if format == 'mmddyyyy_slashes' -%}
        {%- set picture, separator, month_at, year_at = 'MM/DD/YYYY', '/', 1, 7 -%}
    {%- else -%}
        {%- set picture, separator, month_at, year_at = 'YYYYMMDD', '', 5, 1 -%}
    {%- endif -%}
    {%- set month_day -%}
        ((0[13578]|1[02]){{ separator }}31
        |(0[13-9]|1[0-2]){{ separator }}30
        |(0[1-9]|1[0-2]){{ separator }}(0[1-9]|[12][0-9]))
    {%- endset -%}
    {%- set month_day, year_digits = month_day.split() | join, '[1-9][0-9]{3}' -%}
    {%- set pattern = month_day ~ '/' ~ year_digits if separator else year_digits ~ month_day -%}
    {%- set leap_day = '02' ~ separator ~ '29' -%}
    {%- set month_day_length = leap_day | length -%}
    {%- set year = "cast(substr(" ~ [expression, year_at, 4] | join(", ") ~ ") as integer)" -%}
    case
        when {{ expression }} ~ '^{{ pattern }}$'
            then
                case
                    when substr({{ expression }}, {{ month_at }}, {{ month_day_length }}) <> '{{ leap_day }}'
                        or {{ year }} % 400 = 0
                        or ({{ year }} % 4 = 0 and {{ year }} % 100 <> 0)
                        then to_date({{ expression }}, '{{ picture }}')
                end
    end
{%- endmacro -%}

{#- strptime alone would also take 1/5/2024 and blanks. -#}
{%- macro duckdb__parse_date(expression, format) -%}
    {%- if format == 'mmddyyyy_slashes' -%}
        {%- set pattern, picture = '[0-9]{2}/[0-9]{2}/[1-9][0-9]{3}', '%m/%d/%Y' -%}
    {%- else -%}
        {%- set pattern, picture = '[1-9][0-9]{7}', '%Y%m%d' -%}
    {%- endif -%}
    case
        when regexp_full_match({{ expression }}, '{{ pattern }}')
            then cast(try_strptime({{ expression }}, '{{ picture }}') as date)
    end
{%- endmacro -%}
