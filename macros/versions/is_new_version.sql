{#- Whether a row differs in any of the attributes from the row of the same key that arrived before it;
    the first of a key always does. Small letters and capitals are the same: a row that is sent again
    in another case makes no version. -#}
{%- macro is_new_version(key, attributes) -%}
    {%- set capitals = [] -%}
    {%- for attribute in attributes -%}
        {%- do capitals.append('upper(cast(' ~ attribute ~ ' as ' ~ dbt.type_string() ~ '))') -%}
    {%- endfor -%}
    {%- set fingerprint = dbt_utils.generate_surrogate_key(capitals) -%}
    coalesce(
        {{ fingerprint }} <> lag({{ fingerprint }}) over (
            partition by {{ key | join(', ') }} order by _loaded_at
        ),
        true
    )
{%- endmacro -%}
