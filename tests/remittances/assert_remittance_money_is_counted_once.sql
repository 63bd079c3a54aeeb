with

raw_remittance_claims as (

    select
        {{ surrogate_key(['remittance_claim_id']) }} as remittance_claim_key,
        paid_amount

    from {{ source('clearinghouse', 'remittance_claims') }}
    where {{ arrived_by_as_of() }}

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

    select -paid_amount as amount
    from raw_remittance_claims

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
