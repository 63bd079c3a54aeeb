{#- CPT marks its further categories by a last letter (0042T): the kind of code that a row of
    procedure_family_ranges is about, since a range holds codes of one kind. -#}
{%- macro procedure_code_kind(procedure_code) -%}
    case
        when substring({{ procedure_code }}, 5, 1) between 'A' and 'Z'
            then substring({{ procedure_code }}, 5, 1)
        else 'plain'
    end
{%- endmacro -%}
