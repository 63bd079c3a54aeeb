{#- Every key has exactly one version on each day from 1900-01-01 to 9999-12-31: numbered from 1 without
    gap or overlap, the last and only the last of them current. -#}
{% test versions_cover_all_days(model, key) %}
    with

    ordered as (

        select
            {{ key | join(', ') }},

            version,
            row_number() over (
                partition by {{ key | join(', ') }} order by valid_from, valid_to
            ) as expected_version,

            is_current,

            valid_from,
            valid_to,
            lag(valid_to) over (
                partition by {{ key | join(', ') }} order by valid_from, valid_to
            ) as previous_valid_to,
            lead(valid_from) over (
                partition by {{ key | join(', ') }} order by valid_from, valid_to
            ) as next_valid_from

        from {{ model }}

    )

    select *
    from ordered
    where not (
        version = expected_version
        and valid_from <= valid_to
        and is_current = (next_valid_from is null)
        and case
            when previous_valid_to is null then valid_from = cast('1900-01-01' as date)
            else valid_from = {{ dbt.dateadd('day', 1, 'previous_valid_to') }}
        end
        and case
            when next_valid_from is null then valid_to = cast('9999-12-31' as date)
            else valid_to < next_valid_from
        end
    )
{% endtest %}
