{#- The aging buckets of var aging_bucket_edges, youngest first: name, first day and last day of age.
    Each edge is the last day of its bucket, so that day 30 is still 0-30 and day 31 begins 31-60. -#}
{%- macro aging_buckets() -%}
    {%- set edges = var('aging_bucket_edges') -%}
    {%- set is_list = edges is iterable and edges is not string and edges is not mapping -%}
    {%- set positive_integers = edges | select('integer') | select('gt', 0) | list if is_list else [] -%}
    {%- if not positive_integers
        or edges | list != positive_integers
        or edges | list != edges | unique | sort | list -%}
        {{ exceptions.raise_compiler_error(
            "aging_bucket_edges: the var must be a list of ascending positive integers, not "
            ~ edges ~ "."
        ) }}
    {%- endif -%}
    {%- set buckets = [] -%}
    {%- for edge in edges -%}
        {%- set first_day = 0 if loop.first else edges[loop.index0 - 1] + 1 -%}
        {%- do buckets.append({
            'name': first_day ~ '-' ~ edge, 'first_day': first_day, 'last_day': edge
        }) -%}
    {%- endfor -%}
    {#- the last bucket has no end: more days than any age until 9999-12-31 -#}
    {%- set first_day = edges[-1] + 1 -%}
    {%- do buckets.append({
        'name': first_day ~ '+', 'first_day': first_day, 'last_day': 9999999
    }) -%}
    {{ return(buckets) }}
{%- endmacro -%}
