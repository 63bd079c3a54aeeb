{#- Replaces dbt's own: a run is a full one when it is asked for, and also when continuing would not
    give what a full one gives. That is so when a table that grows is missing, when vars, models or
    seeds have changed since, or when a processed batch was removed or replaced in raw. Decided once a
    run, before the run changes what the answer rests on. -#}
{%- macro should_full_refresh() -%}
    {%- if flags.FULL_REFRESH or not execute -%}
        {{ return(flags.FULL_REFRESH) }}
    {%- endif -%}
    {%- set decision = 'can_continue_' ~ invocation_id -%}
    {%- if decision not in graph -%}
        {%- do graph.update({decision: can_continue()}) -%}
    {%- endif -%}
    {{ return(not graph[decision]) }}
{%- endmacro -%}

{#- Whether the marts hold what the processed batches say, by the rules of today. -#}
{%- macro can_continue() -%}
    {%- for node in graph.nodes.values()
        if node.resource_type == 'model' and node.config.materialized == 'incremental' -%}
        {%- set relation = adapter.get_relation(node.database, node.schema, node.alias) -%}
        {%- if relation is none or relation.type != 'table' -%}
            {{ return(false) }}
        {%- endif -%}
    {%- endfor -%}
    {%- set registry = source('loads', 'load_batches') -%}
    {%- if not adapter.get_relation(registry.database, registry.schema, registry.identifier) -%}
        {{ return(false) }}
    {%- endif -%}
    {%- set batches = run_query(
        "select count(*), sum(case when registered.batch_id is null"
        ~ " or processed.settings_hash <> '" ~ settings_fingerprint() ~ "' then 1 else 0 end)"
        ~ " from " ~ relation_of('int_loads__processed_batches') ~ " as processed"
        ~ " left join " ~ registry ~ " as registered"
        ~ " on processed.batch_id = registered.batch_id"
        ~ " and processed.row_count = registered.row_count"
        ~ " and processed.loaded_at = registered.loaded_at"
        ~ " and registered.status = 'loaded'"
    ).rows[0] -%}
    {{ return(batches[0] > 0 and batches[1] == 0) }}
{%- endmacro -%}
