with

performance as (

    select * from {{ ref('kpi_rule_performance') }}

),

violations as (

    select * from {{ ref('fct_rule_violations') }}

),

denials as (

    select * from {{ ref('fct_denials') }}
    where is_initial

),

denial_reasons as (

    select * from {{ ref('dim_denial_reason') }}

),

signed_counts as (

    select
        denial_category,
        case when definition_id = 'RCM-RULE-PRECISION' then denominator else 0 end
            as violation_count,
        case when definition_id = 'RCM-RULE-PRECISION' then numerator else 0 end
            as denied_violation_count,
        case
            when definition_id = 'RCM-RULE-RECALL' and measure = 'lines' then denominator
            else 0
        end as denied_line_count,
        case
            when definition_id = 'RCM-RULE-RECALL' and measure = 'dollars' then denominator
            else 0
        end as denied_amount
    from performance
    where definition_id = 'RCM-RULE-PRECISION' or rule_id = 'any'

    union all

    select
        denial_category,
        -1 as violation_count,
        case when is_denied then -1 else 0 end as denied_violation_count,
        0 as denied_line_count,
        0 as denied_amount
    from violations

    union all

    select
        denial_reasons.denial_category,
        0 as violation_count,
        0 as denied_violation_count,
        -1 as denied_line_count,
        -denials.billed_amount as denied_amount
    from denials
    inner join denial_reasons
        on denials.denial_reason_key = denial_reasons.denial_reason_key

),

differences as (

    select
        denial_category,

        sum(violation_count) as violation_difference,
        sum(denied_violation_count) as denied_violation_difference,
        sum(denied_line_count) as denied_line_difference,
        sum(denied_amount) as denied_amount_difference

    from signed_counts
    group by denial_category

)

select * from differences
where
    violation_difference <> 0
    or denied_violation_difference <> 0
    or denied_line_difference <> 0
    or denied_amount_difference <> 0
