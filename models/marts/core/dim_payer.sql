with

payers as (

    select * from {{ ref('int_payers__versions') }}

),

dimension as (

    select
        payer_key,
        first_value(payer_key) over (partition by payer_id order by version desc)
            as current_payer_key,
        payer_id,
        merged_into_payer_id,

        payer_name,
        payer_class,
        payer_class_label,
        payer_group,
        claim_filing_indicator_code,
        state,

        payer_class_sort,
        timely_filing_limit_days,
        appeal_limit_days,
        version,

        is_adjudicated,
        is_current,

        valid_from,
        valid_to

    from payers

)

select * from dimension
