{#- Whether a row came with a batch that no run has processed. In a full run nothing is new: there is
    nothing that it could be newer than.

    batch_id  column with the batch -#}
{%- macro is_new_arrival(batch_id='_batch_id') -%}
    {%- set batches = ref_at_night('stg_loads__batches') -%}
    {%- if is_nightly() -%}
        {%- set new_batches = run_query(
            'select batch_id from ' ~ batches ~ ' where is_new order by batch_id'
        ).columns[0].values() -%}
        {%- if new_batches -%}
            {#- as literals: a planner that knows the values reads no history -#}
            {%- set literals = [] -%}
            {%- for batch in new_batches -%}
                {%- do literals.append(dbt.string_literal(batch)) -%}
            {%- endfor -%}
            {{ return(batch_id ~ ' in (' ~ literals | join(', ') ~ ')') }}
        {%- endif -%}
    {%- endif -%}
    {{ return('false') }}
{%- endmacro -%}
