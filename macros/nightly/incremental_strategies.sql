{#- How a nightly run brings its rows into a table that stays. Each deletes what is stale, whether or
    not something takes its place, and inserts what the run made: in one transaction, and with the
    same result however often. A merge alone would leave rows that are no more. -#}

{#- base_*: every arrival. A claim that is judged by its lines is judged again with all its arrivals. -#}
{%- macro get_incremental_replace_arrivals_sql(arguments) -%}
    {%- set table = raw_tables() | selectattr('base', 'equalto', model.name) | first -%}
    {{ analyze_incoming(arguments.temp_relation) }}
    delete from {{ arguments.target_relation }}
    where
        {{ is_new_arrival() }}
        {% if table.children -%}
            or {{ table.key[0] }} in (select {{ table.key[0] }} from {{ arguments.temp_relation }})
        {%- endif %};
    {{ insert_incoming(arguments) }}
{%- endmacro -%}

{#- stg_*: the latest version of each row. What moves to another account or parent under its own number
    is noted first, since the one that it leaves changes too. -#}
{%- macro get_incremental_replace_versions_sql(arguments) -%}
    {%- set table = raw_tables() | selectattr('staging', 'equalto', model.name) | first -%}
    {%- set same_row = [] -%}
    {%- for column in table.key -%}
        {%- do same_row.append('standing.' ~ column ~ ' = incoming.' ~ column) -%}
    {%- endfor -%}
    {%- set same_row = same_row | join(' and ') -%}
    {{ analyze_incoming(arguments.temp_relation) }}
    {% for column in arguments.dest_columns | map(attribute='name')
        if column in (
            'patient_control_number', 'encounter_id', 'patient_id', 'claim_id', 'remittance_id',
            'remittance_claim_id'
        ) and column not in table.key -%}
        insert into {{ relation_of('stg_loads__moved_rows') }}
        (parent_column, parent_id, _loaded_at, _batch_id)
        select
            '{{ column }}',
            standing.{{ column }},
            incoming._loaded_at,
            incoming._batch_id
        from {{ arguments.temp_relation }} as incoming
        inner join {{ arguments.target_relation }} as standing
            on {{ same_row }}
        where standing.{{ column }} <> incoming.{{ column }};
    {% endfor -%}
    delete from {{ arguments.target_relation }} as standing
    using {{ arguments.temp_relation }} as incoming
    where {{ same_row }};
    {% if table.children -%}
        delete from {{ arguments.target_relation }}
        where {{ table.key[0] }} in ({{ arrived_keys(table.table_name) }});
    {% endif -%}
    {{ insert_incoming(arguments) }}
{%- endmacro -%}

{#- What is made of accounts: the rows of the accounts that changed, by unique_key. -#}
{%- macro get_incremental_replace_changed_sql(arguments) -%}
    {%- set key = arguments.unique_key -%}
    {%- set changed = relation_of({
        'claim_key': 'int_loads__changed_accounts',
        'remittance_claim_key': 'int_loads__changed_remittances',
        'encounter_key': 'int_loads__changed_encounters',
    }[key]) -%}
    {{ analyze_incoming(arguments.temp_relation) }}
    delete from {{ arguments.target_relation }}
    where {{ key }} in (select {{ key }} from {{ changed }});
    {{ insert_incoming(arguments) }}
{%- endmacro -%}

{#- The same of the intervals of A/R. What the rows that go and those that come change by day is noted
    in int_ar__daily_changes, so that nobody has to add up all intervals anew. Done twice, the second
    time takes back what the first one noted. -#}
{%- macro get_incremental_replace_intervals_sql(arguments) -%}
    {%- set columns = 'payer_key, facility_key, responsibility, aging_bucket, bucket_sort, '
        ~ 'gross_balance_amount, net_balance_amount, credit_balance_amount, claim_count, '
        ~ 'credit_claim_count, change_date' -%}
    insert into {{ relation_of('int_ar__daily_changes') }} ({{ columns }})
    with
    standing as (
        select * from {{ arguments.target_relation }}
        where
            {{ arguments.unique_key }} in (
                select {{ arguments.unique_key }}
                from {{ relation_of('int_loads__changed_accounts') }}
            )
    ),
    changes as (
        {{ changes_by_day([('standing', -1), (arguments.temp_relation, 1)]) }}
    )
    select {{ columns }} from changes;
    {{ get_incremental_replace_changed_sql(arguments) }}
{%- endmacro -%}

{#- What another model's strategy writes to as it takes its rows in; the model itself selects nothing. -#}
{%- macro get_incremental_keep_as_noted_sql(arguments) -%}
    {{ insert_incoming(arguments) }}
{%- endmacro -%}

{#- Balances by day: of the claims that changed, and of all claims since the last run. Yesterday's
    snapshot goes, unless it was a month-end. -#}
{%- macro get_incremental_replace_snapshots_sql(arguments) -%}
    delete from {{ arguments.target_relation }}
    where
        claim_key in (select claim_key from {{ relation_of('int_loads__changed_accounts') }})
        or snapshot_date > {{ previous_as_of_date() }}
        or snapshot_date not in (
            select snapshot_date from {{ relation_of('int_calendar__snapshot_dates') }}
        );
    {{ insert_incoming(arguments) }}
{%- endmacro -%}

{#- What is small, and made anew of what stood and what changed. -#}
{%- macro get_incremental_replace_all_sql(arguments) -%}
    delete from {{ arguments.target_relation }};
    {{ insert_incoming(arguments) }}
{%- endmacro -%}

{%- macro insert_incoming(arguments) -%}
    {%- set columns = arguments.dest_columns | map(attribute='quoted') | join(', ') -%}
    insert into {{ arguments.target_relation }} ({{ columns }})
    select {{ columns }} from {{ arguments.temp_relation }}
{%- endmacro -%}

{#- Statistics of the rows of tonight, so that the planner looks the others up by index. -#}
{%- macro analyze_incoming(relation) -%}
    {{ return(adapter.dispatch('analyze_incoming', 'rcm_warehouse')(relation)) }}
{%- endmacro -%}

{%- macro default__analyze_incoming(relation) -%}
{%- endmacro -%}

{%- macro postgres__analyze_incoming(relation) -%}
    {%- do run_query('analyze ' ~ relation) -%}
{%- endmacro -%}
