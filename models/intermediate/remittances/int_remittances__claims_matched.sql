with

remittance_claims as {{ inlined() }} (

    select * from {{ ref('stg_clearinghouse__remittance_claims') }}
    where {{ is_of_changed_account() }}

),

remittances as {{ inlined() }} (

    select * from {{ ref('stg_clearinghouse__remittances') }}

),

versions as {{ inlined() }} (

    select * from {{ ref('int_claims__versions') }}

),

accounts as (

    select * from {{ ref('int_claims__accounts') }}

),

payers as {{ inlined() }} (

    select * from {{ ref('int_payers__versions') }}

),

later_payers as (

    -- the few decisions that a payer made after another one
    select
        remittance_claims.patient_control_number,
        remittances.payer_id,
        remittance_claims.payer_claim_control_number,

        max(
            case when remittance_claims.claim_status_code in ('3', '21') then 'T' else 'S' end
        ) as payer_sequence

    from remittance_claims
    inner join remittances
        on remittance_claims.remittance_id = remittances.remittance_id
    where remittance_claims.claim_status_code in ('2', '3', '20', '21')
    group by 1, 2, 3

),

dated as (

    select
        remittance_claims.remittance_claim_id,
        remittance_claims.remittance_id,
        remittance_claims.patient_control_number,
        remittance_claims.payer_claim_control_number,
        remittances.payer_id,

        remittance_claims.claim_status_code,
        -- CLP02 names the payer's turn, crossed over (19 to 21) or not; a reversal (22) names
        -- none: it is of the turn of what it takes back
        case
            when remittance_claims.claim_status_code in ('2', '20') then 'S'
            when remittance_claims.claim_status_code in ('3', '21') then 'T'
            else coalesce(later_payers.payer_sequence, 'P')
        end as payer_sequence,
        remittance_claims.remark_code_1,

        remittance_claims.claim_sequence,
        remittance_claims.billed_amount,
        remittance_claims.payer_paid_amount,
        remittance_claims.patient_responsibility_amount as stated_patient_responsibility_amount,

        remittance_claims.claim_status_code = '22' as is_reversal,
        remittances.is_payment_date_invalid,

        remittances.remittance_date

    from remittance_claims
    inner join remittances
        on remittance_claims.remittance_id = remittances.remittance_id
    left join later_payers
        on
            case
                when remittance_claims.claim_status_code = '22'
                    then remittance_claims.patient_control_number
            end = later_payers.patient_control_number
            and coalesce(remittances.payer_id, '') = coalesce(later_payers.payer_id, '')
            and coalesce(remittance_claims.payer_claim_control_number, '')
            = coalesce(later_payers.payer_claim_control_number, '')

),

matched as (

    -- each condition compares the two sides: with one that doesn't (`or ... is null`, or about one
    -- side alone) DuckDB tries every pair of rows
    select
        dated.remittance_claim_id,
        dated.remittance_id,
        -- by the payer's own claim number when the 277CA gave it, else the latest version for this
        -- payer when it paid; what the first payer crossed over is the version that it had
        coalesce(
            versions_by_number.claim_id, versions_by_date.claim_id, forwarded_versions.claim_id
        ) as claim_id,
        coalesce(
            versions_by_number.root_patient_control_number,
            versions_by_date.root_patient_control_number,
            forwarded_versions.root_patient_control_number,
            dated.patient_control_number
        ) as patient_control_number,
        dated.payer_id,

        dated.claim_status_code,
        dated.payer_sequence,
        dated.remark_code_1,

        dated.claim_sequence,
        dated.billed_amount,
        dated.payer_paid_amount,
        dated.stated_patient_responsibility_amount,

        dated.is_reversal,
        dated.is_payment_date_invalid,

        dated.remittance_date

    from dated
    left join versions as versions_by_number
        on
            dated.patient_control_number = versions_by_number.patient_control_number
            and dated.payer_claim_control_number = versions_by_number.payer_claim_control_number
            and dated.remittance_date
            >= coalesce(versions_by_number.payer_number_from_date, cast('0001-01-01' as date))
            and dated.remittance_date
            < coalesce(versions_by_number.payer_number_until_date, cast('9999-12-31' as date))
    left join versions as versions_by_date
        on
            case when versions_by_number.claim_id is null then dated.patient_control_number end
            = versions_by_date.patient_control_number
            and dated.payer_sequence = versions_by_date.payer_sequence
            and dated.remittance_date >= versions_by_date.submitted_date
            and dated.remittance_date
            < coalesce(versions_by_date.next_submitted_date, cast('9999-12-31' as date))
    left join versions as forwarded_versions
        on
            case
                when coalesce(versions_by_number.claim_id, versions_by_date.claim_id) is null
                    then dated.patient_control_number
            end = forwarded_versions.patient_control_number
            and dated.remittance_date >= forwarded_versions.submitted_date
            and dated.remittance_date
            < coalesce(forwarded_versions.next_version_date, cast('9999-12-31' as date))

),

keyed as (

    -- a remittance that no account answers to keeps its money and has no claim
    select
        matched.remittance_claim_id,
        matched.remittance_id,
        matched.claim_id,
        matched.patient_control_number,
        accounts.claim_key,
        coalesce(payers.payer_key, accounts.payer_key, unknown_payers.payer_key) as payer_key,
        accounts.provider_key,
        accounts.facility_key,
        accounts.hospital_id,

        matched.claim_status_code,
        matched.payer_sequence,
        -- what the first payer makes the patient's goes to the second payer first, if there is one
        case
            when
                matched.payer_sequence = accounts.payer_sequence
                and accounts.secondary_payer_key is not null
                then 'secondary'
            else 'patient'
        end as next_responsibility,
        matched.remark_code_1,

        matched.claim_sequence,
        matched.billed_amount,
        matched.payer_paid_amount,
        matched.stated_patient_responsibility_amount,

        matched.is_reversal,
        coalesce(matched.payer_sequence = accounts.payer_sequence, false) as is_of_first_payer,
        matched.is_payment_date_invalid,

        matched.remittance_date

    from matched
    left join accounts
        on matched.patient_control_number = accounts.patient_control_number
    left join payers
        on
            matched.payer_id = payers.payer_id
            and coalesce(accounts.service_date, matched.remittance_date)
            between payers.valid_from and payers.valid_to
    left join payers as unknown_payers
        on unknown_payers.payer_id = 'UNKNOWN'

)

select * from keyed
