{#- A name or place without odd case: trimmed, inner blanks single, each word begun with a capital.
    A word is a run of letters and digits, so O'BRIEN becomes O'Brien, SMITH-JONES Smith-Jones,
    and MCDONALD Mcdonald: its second capital can't be known from the letters (Mackey, MacKay).
    An empty text is null. -#}
{%- macro proper_case(expression) -%}
    {%- set single_blanks = regexp_replace_all(expression, ' +', ' ') -%}
    {{ return(adapter.dispatch('proper_case', 'rcm_warehouse')(
        "nullif(trim(" ~ single_blanks ~ "), '')"
    )) }}
{%- endmacro -%}

{%- macro default__proper_case(expression) -%}
    initcap({{ expression }})
{%- endmacro -%}

{#- DuckDB has no initcap. -#}
{%- macro duckdb__proper_case(expression) -%}
    array_to_string(
        list_transform(
            regexp_extract_all({{ expression }}, '[\p{L}\p{N}]+|[^\p{L}\p{N}]+'),
            lambda word: upper(word[1]) || lower(word[2:])
        ),
        ''
    )
{%- endmacro -%}
