with

submissions as (

    select * from {{ ref('fct_claim_submissions') }}

),

claims as (

    select * from {{ ref('fct_claims') }}

),

sent_claims as (

    select * from {{ ref('stg_clearinghouse__claims') }}

),

sent_lines as (

    select * from {{ ref('stg_clearinghouse__claim_lines') }}

),

payers as (

    select * from {{ ref('int_payers__versions') }}

),

patients as (

    select * from {{ ref('int_patients__versions') }}

),

ranked_submissions as (

    -- the version that the payer takes in is the one to check: what was rejected can still be
    -- mended. Replacements and voids come after an answer
    select
        submissions.claim_submission_key,
        submissions.claim_key,
        submissions.payer_key,

        claims.patient_key,

        submissions.submitted_date,
        coalesce(claims.discharge_date, claims.service_date) as filing_start_date,

        row_number() over (
            partition by submissions.claim_key
            order by
                case when submissions.is_accepted then 0 else 1 end,
                submissions.submitted_date, submissions.version_number
        ) as submission_rank

    from submissions
    inner join claims
        on
            submissions.claim_key = claims.claim_key
            and submissions.payer_sequence = claims.payer_sequence
    where submissions.frequency_code = '1'

),

keyed_claims as (

    select
        {{ surrogate_key(['claim_id']) }} as claim_submission_key,
        claim_id,
        hospital_id,
        principal_diagnosis_code,
        prior_authorization_number,

        claim_type,

        billed_amount

    from sent_claims
    where frequency_code = '1'

),

lines as (

    select
        ranked_submissions.claim_submission_key,
        ranked_submissions.claim_key,
        {{ surrogate_key(['keyed_claims.hospital_id', 'sent_lines.line_control_number']) }}
            as claim_line_key,
        ranked_submissions.payer_key,
        {{ surrogate_key([
            procedure_id('sent_lines.procedure_code', 'sent_lines.revenue_code')
        ]) }} as procedure_key,
        keyed_claims.hospital_id,
        patients.patient_id,
        payers.payer_id,

        keyed_claims.claim_type,
        sent_lines.modifier_1,
        sent_lines.modifier_2,
        keyed_claims.principal_diagnosis_code,
        patients.sex,

        sent_lines.line_number,
        sent_lines.units,
        sent_lines.billed_amount,
        keyed_claims.billed_amount as claim_billed_amount,

        keyed_claims.prior_authorization_number is not null as has_authorization,

        patients.birth_date,
        sent_lines.service_date,
        ranked_submissions.filing_start_date,
        ranked_submissions.submitted_date

    from ranked_submissions
    inner join keyed_claims
        on ranked_submissions.claim_submission_key = keyed_claims.claim_submission_key
    inner join sent_lines
        on keyed_claims.claim_id = sent_lines.claim_id
    inner join payers
        on ranked_submissions.payer_key = payers.payer_key
    left join patients
        on ranked_submissions.patient_key = patients.patient_key
    where ranked_submissions.submission_rank = 1

),

placed as (

    -- of lines that are alike, the one that is sent later is the copy
    select
        claim_submission_key,
        claim_key,
        claim_line_key,
        payer_key,
        procedure_key,
        hospital_id,
        patient_id,
        payer_id,

        claim_type,
        modifier_1,
        modifier_2,
        principal_diagnosis_code,
        sex,

        line_number,
        units,
        billed_amount,
        claim_billed_amount,

        has_authorization,
        row_number() over (partition by claim_key order by line_number) = 1 as is_first_line,
        patient_id is not null
        and row_number() over (
            partition by
                hospital_id, patient_id, payer_id, procedure_key, modifier_1, modifier_2,
                billed_amount, service_date
            order by submitted_date, claim_key, line_number
        ) > 1 as is_copy,

        birth_date,
        service_date,
        filing_start_date,
        submitted_date

    from lines

)

select * from placed
