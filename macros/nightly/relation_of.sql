{#- A model's relation without depending on the model: for statements around models. -#}
{%- macro relation_of(model_name) -%}
    {{ return(graph.nodes['model.' ~ project_name ~ '.' ~ model_name].relation_name) }}
{%- endmacro -%}
