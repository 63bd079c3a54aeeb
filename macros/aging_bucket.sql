{#- The aging bucket of an age in days: up to and including each edge of var aging_bucket_edges, so
    that day 30 is still 0-30 and day 31 begins 31-60. -#}
{%- macro aging_bucket(age_days) -%}
    {%- set edges = var('aging_bucket_edges') -%}
    case
        {% for edge in edges -%}
            when {{ age_days }} <= {{ edge }}
                then '{{ 0 if loop.first else edges[loop.index0 - 1] + 1 }}-{{ edge }}'
        {% endfor -%}
        else '{{ edges[-1] + 1 }}+'
    end
{%- endmacro -%}
