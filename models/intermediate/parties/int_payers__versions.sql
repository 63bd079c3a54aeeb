with

payers as (

    select * from {{ ref('base_billing__payers') }}

),

payer_classes as (

    select * from {{ ref('payer_classes') }}

),

arrivals as (

    select
        payer_id,
        merged_into_payer_id,

        payer_name,
        payer_class,
        claim_filing_indicator_code,
        state,

        timely_filing_limit_days,
        appeal_limit_days,

        _loaded_at,
        _source_file,
        _batch_id

    from payers

    union all

    -- a remittance from a payer that is not on the payer list still needs a payer to point at
    select
        'UNKNOWN' as payer_id,
        cast(null as {{ dbt.type_string() }}) as merged_into_payer_id,

        'Payer not on the payer list' as payer_name,
        'unknown' as payer_class,
        cast(null as {{ dbt.type_string() }}) as claim_filing_indicator_code,
        cast(null as {{ dbt.type_string() }}) as state,

        cast(null as integer) as timely_filing_limit_days,
        cast(null as integer) as appeal_limit_days,

        cast('1900-01-01' as timestamp) as _loaded_at,
        '' as _source_file,
        '' as _batch_id

),

last_of_day as (

    {{ latest_version('arrivals', ['payer_id', 'cast(_loaded_at as date)']) }}

),

compared as (

    select
        payer_id,
        merged_into_payer_id,

        payer_name,
        payer_class,
        claim_filing_indicator_code,
        state,

        timely_filing_limit_days,
        appeal_limit_days,

        {{ is_new_version(
            ['payer_id'],
            [
                'merged_into_payer_id', 'payer_name', 'payer_class',
                'claim_filing_indicator_code', 'state',
                'timely_filing_limit_days', 'appeal_limit_days',
            ]
        ) }} as is_new_version,

        _loaded_at

    from last_of_day

),

numbered as (

    select
        payer_id,
        merged_into_payer_id,

        payer_name,
        payer_class,
        claim_filing_indicator_code,
        state,

        timely_filing_limit_days,
        appeal_limit_days,

        {{ version_columns(['payer_id']) }}

    from compared
    where is_new_version

),

versions as (

    select
        {{ surrogate_key(['numbered.payer_id', 'numbered.valid_from']) }} as payer_key,
        numbered.payer_id,
        numbered.merged_into_payer_id,

        numbered.payer_name,
        numbered.payer_class,
        coalesce(payer_classes.payer_class_label, 'Unknown') as payer_class_label,
        coalesce(payer_classes.payer_group, 'unknown') as payer_group,
        numbered.claim_filing_indicator_code,
        numbered.state,

        numbered.timely_filing_limit_days,
        numbered.appeal_limit_days,
        coalesce(payer_classes.sort_order, 99) as payer_class_sort,
        numbered.version,

        coalesce(payer_classes.is_adjudicated, true) as is_adjudicated,
        numbered.is_current,

        numbered.valid_from,
        numbered.valid_to

    from numbered
    left join payer_classes
        on numbered.payer_class = payer_classes.payer_class

)

select * from versions
