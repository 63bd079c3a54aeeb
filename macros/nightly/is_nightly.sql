{#- Whether this run continues the one before: it brings in the batches that no run has processed, and
    what they change. Otherwise everything is built from all that has arrived. See should_full_refresh. -#}
{%- macro is_nightly() -%}
    {{ return(
        execute and model.resource_type == 'model' and not should_full_refresh()
    ) }}
{%- endmacro -%}
