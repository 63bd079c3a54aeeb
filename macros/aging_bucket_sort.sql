{#- The rank of the aging bucket, 1 for the youngest: bucket names do not sort by themselves. -#}
{%- macro aging_bucket_sort(age_days) -%}
    case
        {% for edge in var('aging_bucket_edges') -%}
            when {{ age_days }} <= {{ edge }} then {{ loop.index }}
        {% endfor -%}
        else {{ var('aging_bucket_edges') | length + 1 }}
    end
{%- endmacro -%}
