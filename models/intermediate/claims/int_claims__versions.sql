with

claims as {{ inlined() }} (

    select * from {{ ref('stg_clearinghouse__claims') }}
    where {{ is_of_changed_account() }}

),

acknowledgements as (

    select * from {{ ref('stg_clearinghouse__claim_acknowledgements') }}

),

acknowledgements_by_claim as (

    -- 277CA: A1 and A2 accept, A3, A6, A7 and A8 reject. The claim is in the payer's hands only
    -- when the payer itself accepts; the clearinghouse's own A1 is a receipt.
    select
        claim_id,

        max(payer_claim_control_number) as payer_claim_control_number,
        max(
            case
                when status_category_code in ('A3', 'A6', 'A7', 'A8') then acknowledgement_source
            end
        ) as rejected_by,

        min(
            case
                when
                    status_category_code in ('A1', 'A2') and acknowledgement_source = 'payer'
                    then acknowledged_date
            end
        ) as accepted_date,
        min(
            case when status_category_code in ('A3', 'A6', 'A7', 'A8') then acknowledged_date end
        ) as rejected_date

    from acknowledgements
    group by 1

),

replaced_claims as (

    -- a replacement or void names the payer's number of the claim that it stands for (REF*F8)
    select
        replacements.claim_id,

        min(originals.patient_control_number) as patient_control_number

    from claims as replacements
    inner join acknowledgements_by_claim
        on
            replacements.original_reference_number
            = acknowledgements_by_claim.payer_claim_control_number
    inner join claims as originals
        on
            acknowledgements_by_claim.claim_id = originals.claim_id
            and replacements.payer_id = originals.payer_id
    where replacements.frequency_code in ('7', '8')
    group by 1

),

rooted as (

    -- a replacement or void belongs to the account of the claim that it names; all other versions
    -- belong to the account that they were sent under
    select
        claims.claim_id,
        coalesce(
            replaced_claims.patient_control_number, claims.patient_control_number
        ) as root_patient_control_number,
        claims.patient_control_number,
        claims.hospital_id,
        claims.payer_id,

        claims.claim_type,
        claims.frequency_code,
        coalesce(claims.payer_sequence, 'P') as payer_sequence,
        claims.principal_diagnosis_code,

        claims.billed_amount,

        claims.final_bill_date,
        claims.submitted_date

    from claims
    left join replaced_claims
        on claims.claim_id = replaced_claims.claim_id

),

versions as (

    select
        rooted.claim_id,
        rooted.root_patient_control_number,
        rooted.patient_control_number,
        rooted.hospital_id,
        rooted.payer_id,

        rooted.claim_type,
        rooted.frequency_code,
        rooted.payer_sequence,
        rooted.principal_diagnosis_code,
        acknowledgements_by_claim.payer_claim_control_number,
        acknowledgements_by_claim.rejected_by,

        rooted.billed_amount,
        row_number() over (
            partition by rooted.root_patient_control_number
            order by rooted.submitted_date, rooted.claim_id
        ) as version_number,

        -- P, S and T rank as letters do
        rooted.payer_sequence = min(rooted.payer_sequence) over (
            partition by rooted.root_patient_control_number
        ) as is_to_first_payer,

        rooted.final_bill_date,
        rooted.submitted_date,
        acknowledgements_by_claim.accepted_date,
        acknowledgements_by_claim.rejected_date,
        -- a remittance that does not name the payer's claim number answers the version that was
        -- the latest when it was paid: of those sent to the same payer in turn, or else of all
        lead(rooted.submitted_date) over (
            partition by rooted.root_patient_control_number, rooted.payer_sequence
            order by rooted.submitted_date, rooted.claim_id
        ) as next_submitted_date,
        lead(rooted.submitted_date) over (
            partition by rooted.root_patient_control_number
            order by rooted.submitted_date, rooted.claim_id
        ) as next_version_date,
        -- some payers keep one claim number for the original and its replacement: the number then
        -- means the later version from its submission on; empty is unbounded
        case
            when
                lag(rooted.claim_id) over (
                    partition by
                        rooted.patient_control_number,
                        acknowledgements_by_claim.payer_claim_control_number
                    order by rooted.submitted_date, rooted.claim_id
                ) is not null
                then rooted.submitted_date
        end as payer_number_from_date,
        lead(rooted.submitted_date) over (
            partition by
                rooted.patient_control_number,
                acknowledgements_by_claim.payer_claim_control_number
            order by rooted.submitted_date, rooted.claim_id
        ) as payer_number_until_date

    from rooted
    left join acknowledgements_by_claim
        on rooted.claim_id = acknowledgements_by_claim.claim_id

)

select * from versions
