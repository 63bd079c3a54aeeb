{#- Every value that is not null exists in another relation's field; conditions narrow either
    side. -#}
{% test relationships_where(model, column_name, to, field, from_condition='1=1', to_condition='1=1') %}
    {{ return(adapter.dispatch('test_relationships_where', 'dbt_utils')(
        model, column_name, to, field, from_condition, to_condition
    )) }}
{% endtest %}

{% macro default__test_relationships_where(model, column_name, to, field, from_condition='1=1', to_condition='1=1') %}
    with

    children as (

        select {{ column_name }} as id
        from {{ model }}
        where {{ column_name }} is not null and ({{ from_condition }})

    ),

    parents as (

        select distinct {{ field }} as id
        from {{ to }}
        where {{ field }} is not null and ({{ to_condition }})

    )

    select children.id
    from children
    left join parents on children.id = parents.id
    where parents.id is null
{% endmacro %}
