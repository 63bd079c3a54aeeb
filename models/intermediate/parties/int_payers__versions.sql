with

payers as (

    select * from {{ ref('stg_billing__payers') }}

),

payer_classes as (

    select * from {{ ref('payer_classes') }}

),

members as (

    select
        payers.payer_id,
        payers.payer_name,
        payers.payer_class,
        payers.claim_filing_indicator_code,
        payers.state,
        payers.timely_filing_limit_days,
        payers.appeal_limit_days

    from payers

    union all

    -- a remittance from a payer that is not on the payer list still needs a payer to point at
    select
        'UNKNOWN' as payer_id,
        'Payer not on the payer list' as payer_name,
        'unknown' as payer_class,
        cast(null as {{ dbt.type_string() }}) as claim_filing_indicator_code,
        cast(null as {{ dbt.type_string() }}) as state,
        cast(null as integer) as timely_filing_limit_days,
        cast(null as integer) as appeal_limit_days

),

versions as (

    select
        {{ surrogate_key(['members.payer_id', "'1900-01-01'"]) }} as payer_key,
        members.payer_id,

        members.payer_name,
        members.payer_class,
        coalesce(payer_classes.payer_class_label, 'Unknown') as payer_class_label,
        coalesce(payer_classes.payer_group, 'unknown') as payer_group,
        members.claim_filing_indicator_code,
        members.state,

        members.timely_filing_limit_days,
        members.appeal_limit_days,
        coalesce(payer_classes.sort_order, 99) as payer_class_sort,

        coalesce(payer_classes.is_adjudicated, true) as is_adjudicated,

        {{ single_version() }}

    from members
    left join payer_classes
        on members.payer_class = payer_classes.payer_class

)

select * from versions
