with

denial_reasons as (

    select * from {{ ref('denial_reasons') }}

),

dimension as (

    select
        {{ surrogate_key(['denial_reason_id']) }} as denial_reason_key,
        denial_reason_id,

        group_code,
        carc,
        reason_label,
        adjustment_class,
        denial_category,
        core_scenario,
        recommended_action,

        is_preventable,
        is_appealable,

        {{ single_version() }}

    from denial_reasons

)

select * from dimension
