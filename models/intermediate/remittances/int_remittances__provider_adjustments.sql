with

provider_adjustments as (

    select * from {{ ref('stg_clearinghouse__remittance_provider_adjustments') }}

),

remittances as {{ inlined() }} (

    select * from {{ ref('stg_clearinghouse__remittances') }}

),

remittance_claims as (

    select * from {{ ref('stg_clearinghouse__remittance_claims') }}

),

matched_claims as (

    select * from {{ ref('fct_remittances') }}

),

departments as (

    select * from {{ ref('int_hospitals__departments_unioned') }}

),

payers as {{ inlined() }} (

    select * from {{ ref('int_payers__versions') }}

),

paid as (

    select
        provider_adjustments.remittance_provider_adjustment_id,
        provider_adjustments.remittance_id,
        provider_adjustments.reference_id,
        remittances.payer_id,
        remittances.payee_npi,
        remittances.trace_number,

        provider_adjustments.reason_code,

        provider_adjustments.adjustment_amount,

        remittances.remittance_date

    from provider_adjustments
    inner join remittances
        on provider_adjustments.remittance_id = remittances.remittance_id

),

referenced_claims as (

    -- interest and recoveries name the claim by the payer's number (CLP07), as often as the payer
    -- has decided on it
    select
        paid.remittance_provider_adjustment_id,
        matched_claims.claim_key,

        row_number() over (
            partition by paid.remittance_provider_adjustment_id
            order by
                case when matched_claims.claim_key is null then 1 else 0 end,
                claim_remittances.remittance_date desc,
                remittance_claims.remittance_claim_id asc
        ) as claim_rank

    from paid
    inner join remittance_claims
        on paid.reference_id = remittance_claims.payer_claim_control_number
    inner join remittances as claim_remittances
        on
            remittance_claims.remittance_id = claim_remittances.remittance_id
            and paid.payer_id = claim_remittances.payer_id
    inner join matched_claims
        on
            {{ surrogate_key(['remittance_claims.remittance_claim_id']) }}
            = matched_claims.remittance_claim_key

),

payees as (

    select
        facility_npi,

        min(hospital_id) as hospital_id,
        min(facility_id) as facility_id

    from departments
    group by 1
    having count(distinct facility_id) = 1

),

keyed as (

    select
        paid.remittance_provider_adjustment_id,
        paid.remittance_id,
        referenced_claims.claim_key,
        coalesce(payers.payer_key, unknown_payers.payer_key) as payer_key,
        case
            when payees.facility_npi is not null
                then {{ surrogate_key(['payees.hospital_id', 'payees.facility_id']) }}
        end as facility_key,
        paid.trace_number,

        paid.reason_code,

        paid.adjustment_amount,

        paid.remittance_date as adjustment_date

    from paid
    left join referenced_claims
        on
            paid.remittance_provider_adjustment_id
            = referenced_claims.remittance_provider_adjustment_id
            and referenced_claims.claim_rank = 1
    left join payees
        on paid.payee_npi = payees.facility_npi
    left join payers
        on
            paid.payer_id = payers.payer_id
            and paid.remittance_date between payers.valid_from and payers.valid_to
    left join payers as unknown_payers
        on unknown_payers.payer_id = 'UNKNOWN'

)

select * from keyed
