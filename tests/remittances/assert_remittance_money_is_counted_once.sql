with

unusable_rows as (

    select distinct
        row_id,
        _loaded_at,
        _source_file,
        _batch_id
    from {{ ref('int_quarantine__unusable_rows') }}
    where source_name = 'clearinghouse' and table_name = 'remittance_claims'

),

arrivals as (

    select
        {{ normalised_code('remittance_claim_id') }} as remittance_claim_id,
        paid_amount,
        _loaded_at,
        _source_file,
        _batch_id

    from {{ source('clearinghouse', 'remittance_claims') }}
    where {{ arrived_by_as_of() }}

),

ranked as (

    -- what is sent again counts once: the latest that can be used
    select
        {{ surrogate_key(['arrivals.remittance_claim_id']) }} as remittance_claim_key,
        arrivals.paid_amount,
        row_number() over (
            partition by arrivals.remittance_claim_id
            order by
                arrivals._loaded_at desc, arrivals._source_file desc, arrivals._batch_id desc
        ) as version_rank

    from arrivals
    left join unusable_rows
        on
            arrivals.remittance_claim_id = unusable_rows.row_id
            and arrivals._loaded_at = unusable_rows._loaded_at
            and arrivals._source_file = unusable_rows._source_file
            and arrivals._batch_id = unusable_rows._batch_id
    where unusable_rows.row_id is null

),

raw_remittance_claims as (

    select
        remittance_claim_key,
        paid_amount
    from ranked
    where version_rank = 1

),

remittances as (

    select * from {{ ref('fct_remittances') }}

),

claims as (

    select * from {{ ref('fct_claims') }}

),

matches as (

    select distinct
        remittance_claim_key,
        claim_key

    from remittances

),

raw_by_claim as (

    select
        matches.claim_key,

        sum(raw_remittance_claims.paid_amount) as paid_amount

    from raw_remittance_claims
    inner join matches
        on raw_remittance_claims.remittance_claim_key = matches.remittance_claim_key
    where matches.claim_key is not null
    group by 1

),

signed_payments as (

    select payer_paid_amount as amount
    from claims

    union all

    select payer_paid_amount as amount
    from remittances
    where not is_matched

    union all

    -- a claim whose check has not arrived waits in quarantine
    select -raw_remittance_claims.paid_amount as amount
    from raw_remittance_claims
    inner join matches
        on raw_remittance_claims.remittance_claim_key = matches.remittance_claim_key

),

compared as (

    -- claim by claim: a payment that meets two lines would stand here twice
    select
        claims.claim_key,

        coalesce(raw_by_claim.paid_amount, 0) as raw_amount,
        claims.payer_paid_amount as mart_amount

    from claims
    left join raw_by_claim
        on claims.claim_key = raw_by_claim.claim_key

    union all

    -- and in total, with what answers to no claim of ours
    select
        cast(null as uuid) as claim_key,

        cast(0 as {{ type_money() }}) as raw_amount,
        sum(amount) as mart_amount

    from signed_payments

)

select * from compared
where raw_amount <> mart_amount
