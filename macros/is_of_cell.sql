{#- Whether a row belongs to the cell of a KPI that `--vars '{cell_key: ...}'` names by its key; true for
    all when it names none. For the queries of analyses/drill_down.

    key  column with the key of the KPI's row -#}
{%- macro is_of_cell(key) -%}
    {%- set cell_key = var('cell_key', '') -%}
    {{ return(key ~ " = cast('" ~ cell_key ~ "' as uuid)" if cell_key else 'true') }}
{%- endmacro -%}
