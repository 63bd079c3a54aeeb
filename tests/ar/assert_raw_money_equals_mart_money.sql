{% set raw_tables_with_money = [
    ('charges of HOSPITAL_A', 'hospital_a', 'charges', 'charge_id', 'amount'),
    (
        'charges of HOSPITAL_B', 'hospital_b', 'charges', 'charge_ref',
        'charge_cents * cast(0.01 as numeric(3, 2))'
    ),
    (
        'payments by payers', 'clearinghouse', 'remittance_claims', 'remittance_claim_id',
        'paid_amount'
    ),
    (
        'adjustments by payers', 'clearinghouse', 'remittance_adjustments',
        'remittance_adjustment_id', 'amount'
    ),
    (
        'adjustments of checks', 'clearinghouse', 'remittance_provider_adjustments',
        'remittance_provider_adjustment_id', 'amount'
    ),
    ('payments by patients', 'billing', 'patient_payments', 'patient_payment_id', 'amount'),
    ('adjustments by us', 'billing', 'account_adjustments', 'account_adjustment_id', 'amount'),
    ('refunds', 'billing', 'refunds', 'refund_id', 'amount'),
] %}

with

unusable_rows as (

    select distinct
        source_name,
        table_name,
        row_id,
        _loaded_at,
        _source_file,
        _batch_id
    from {{ ref('int_quarantine__unusable_rows') }}

),

quarantined as (

    select * from {{ ref('int_quarantine__rows') }}
    where not is_resolved

),

arrivals as (

    {% for kind, source_name, table_name, key, amount in raw_tables_with_money -%}
        select
            '{{ kind }}' as kind,
            '{{ source_name }}' as source_name,
            '{{ table_name }}' as table_name,
            {{ normalised_code(key) }} as row_id,
            {{ amount }} as amount,
            _loaded_at,
            _source_file,
            _batch_id
        from {{ source(source_name, table_name) }}
        where {{ arrived_by_as_of() }}
        {{ 'union all' if not loop.last }}
    {% endfor %}
),

ranked as (

    -- what is sent again counts once: the latest that can be used, or else the latest
    select
        arrivals.kind,
        arrivals.amount,
        row_number() over (
            partition by arrivals.kind, arrivals.row_id
            order by
                case when unusable_rows.row_id is null then 0 else 1 end,
                arrivals._loaded_at desc,
                arrivals._source_file desc,
                arrivals._batch_id desc
        ) as version_rank

    from arrivals
    left join unusable_rows
        on
            arrivals.source_name = unusable_rows.source_name
            and arrivals.table_name = unusable_rows.table_name
            and arrivals.row_id = unusable_rows.row_id
            and arrivals._loaded_at = unusable_rows._loaded_at
            and arrivals._source_file = unusable_rows._source_file
            and arrivals._batch_id = unusable_rows._batch_id

),

raw_by_kind as (

    select
        kind,

        sum(amount) as amount

    from ranked
    where version_rank = 1
    group by 1

),

quarantined_by_table as (

    select
        source_name,
        table_name,

        sum(amount) as amount

    from quarantined
    group by 1, 2

),

raw_money as (

    {% for kind, source_name, table_name, key, amount in raw_tables_with_money -%}
        select
            raw_by_kind.kind,
            raw_by_kind.amount as raw_amount,
            coalesce(quarantined_by_table.amount, 0) as quarantined_amount
        from raw_by_kind
        left join quarantined_by_table
            on
                quarantined_by_table.source_name = '{{ source_name }}'
                and quarantined_by_table.table_name = '{{ table_name }}'
        where raw_by_kind.kind = '{{ kind }}'
        {{ 'union all' if not loop.last }}
    {% endfor %}
),

charges as (

    select * from {{ ref('fct_charges') }}

),

transactions as (

    select * from {{ ref('fct_ar_transactions') }}

),

remittances as (

    select * from {{ ref('fct_remittances') }}

),

provider_adjustments as (

    select * from {{ ref('fct_provider_adjustments') }}

),

facilities as (

    select * from {{ ref('dim_facility') }}

),

payer_payments as (

    -- what answers to no claim of ours is on no account either
    select -amount as amount
    from transactions
    where transaction_type = 'payer_payment'

    union all

    select payer_paid_amount as amount
    from remittances
    where not is_matched

),

mart_money as (

    {% for hospital_id in ['HOSPITAL_A', 'HOSPITAL_B'] -%}
        select
            'charges of {{ hospital_id }}' as kind,
            'fct_charges' as mart,
            sum(charges.charge_amount) as amount
        from charges
        inner join facilities
            on charges.facility_key = facilities.facility_key
        where facilities.hospital_id = '{{ hospital_id }}'

        union all

        select
            'charges of {{ hospital_id }}' as kind,
            'fct_ar_transactions' as mart,
            sum(transactions.amount) as amount
        from transactions
        inner join facilities
            on transactions.facility_key = facilities.facility_key
        where
            transactions.transaction_type = 'charge'
            and facilities.hospital_id = '{{ hospital_id }}'

        union all
    {% endfor %}
    select
        'payments by payers' as kind,
        'fct_remittances' as mart,
        sum(payer_paid_amount) as amount
    from remittances

    union all

    select
        'payments by payers' as kind,
        'fct_ar_transactions and unmatched fct_remittances' as mart,
        sum(amount) as amount
    from payer_payments

    union all

    select
        'adjustments by payers' as kind,
        'fct_remittances' as mart,
        sum(
            contractual_adjustment_amount + other_adjustment_amount + prior_payer_amount
            + patient_responsibility_amount + denied_amount - denied_to_patient_amount
            + unclassified_amount
        ) as amount
    from remittances

    union all

    select
        'adjustments of checks' as kind,
        'fct_provider_adjustments' as mart,
        sum(adjustment_amount) as amount
    from provider_adjustments

    union all

    select
        'payments by patients' as kind,
        'fct_ar_transactions' as mart,
        -sum(amount) as amount
    from transactions
    where transaction_type = 'patient_payment'

    union all

    select
        'adjustments by us' as kind,
        'fct_ar_transactions' as mart,
        -sum(amount) as amount
    from transactions
    where
        transaction_type in (
            'denial_writeoff', 'bad_debt', 'charity', 'small_balance', 'uninsured_discount'
        )

    union all

    select
        'refunds' as kind,
        'fct_ar_transactions' as mart,
        sum(amount) as amount
    from transactions
    where transaction_type = 'refund'

),

compared as (

    select
        mart_money.kind,
        mart_money.mart,

        coalesce(raw_money.raw_amount, 0) as raw_amount,
        coalesce(raw_money.quarantined_amount, 0) as quarantined_amount,
        coalesce(mart_money.amount, 0) as mart_amount

    from mart_money
    left join raw_money
        on mart_money.kind = raw_money.kind

)

select * from compared
where raw_amount - quarantined_amount <> mart_amount
