{#- Declares the marts' foreign keys from their relationships tests, so that BI tools and diagrams see
    the joins. On PostgreSQL only, and NOT VALID: the tests prove them, and checking millions of rows
    again at every build would cost more than the build. A key that a rebuilt table took along comes
    back at the end of the run. -#}
{%- macro declare_foreign_keys() -%}
    {{ return(adapter.dispatch('declare_foreign_keys', 'rcm_warehouse')()) }}
{%- endmacro -%}

{%- macro default__declare_foreign_keys() -%}
{%- endmacro -%}

{%- macro postgres__declare_foreign_keys() -%}
    {%- if execute and flags.WHICH in ('build', 'run') -%}
        {%- set declared = run_query(
            "select conname from pg_constraint where contype = 'f'"
        ).columns[0].values() | list -%}
        {%- for test in graph.nodes.values()
            if test.resource_type == 'test'
            and test.test_metadata and test.test_metadata.name == 'relationships'
            and test.config.enabled -%}
            {%- set child = graph.nodes.get(test.attached_node) -%}
            {%- set parents = test.depends_on.nodes | reject('equalto', test.attached_node) | list -%}
            {%- set parent = graph.nodes.get(parents[0]) if parents else child -%}
            {%- if child and parent
                and child.resource_type == 'model' and child.schema == 'mart'
                and parent.resource_type == 'model' and parent.schema == 'mart' -%}
                {%- set constraint_name = ('fk_' ~ child.name ~ '_' ~ test.column_name)[:63] -%}
                {%- set built = load_relation(api.Relation.create(
                    database=child.database, schema=child.schema, identifier=child.name
                )) and load_relation(api.Relation.create(
                    database=parent.database, schema=parent.schema, identifier=parent.name
                )) -%}
                {%- if built and constraint_name not in declared -%}
                    {%- do run_query(
                        'alter table ' ~ child.relation_name
                        ~ ' add constraint ' ~ constraint_name
                        ~ ' foreign key (' ~ test.column_name ~ ') references '
                        ~ parent.relation_name
                        ~ ' (' ~ test.test_metadata.kwargs.field ~ ') not valid'
                    ) -%}
                {%- endif -%}
            {%- endif -%}
        {%- endfor -%}
    {%- endif -%}
{%- endmacro -%}

{#- Takes them away before a run: a nightly run deletes and inserts rows of parents whose children stay,
    and PostgreSQL would check each. -#}
{%- macro drop_foreign_keys() -%}
    {{ return(adapter.dispatch('drop_foreign_keys', 'rcm_warehouse')()) }}
{%- endmacro -%}

{%- macro default__drop_foreign_keys() -%}
{%- endmacro -%}

{%- macro postgres__drop_foreign_keys() -%}
    {%- if execute and flags.WHICH in ('build', 'run') -%}
        {%- set declared = run_query(
            "select conrelid::regclass, conname from pg_constraint"
            ~ " where contype = 'f' and connamespace = to_regnamespace('mart')"
        ).rows -%}
        {%- for row in declared -%}
            alter table {{ row[0] }} drop constraint {{ row[1] }};
        {% endfor -%}
    {%- endif -%}
{%- endmacro -%}
