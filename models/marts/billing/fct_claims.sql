{{ config(materialized='incremental', unique_key='claim_key') }}

with

accounts as (

    select * from {{ ref('int_claims__accounts') }}

),

charges as (

    select * from {{ ref('int_claims__charges_summarized') }}

),

adjudications as (

    select * from {{ ref('int_claims__adjudicated') }}

),

balances as (

    select * from {{ ref('int_ar__claims_summarized') }}

),

edits as (

    select * from {{ ref('stg_billing__claim_edits') }}

),

appeals as (

    select * from {{ ref('stg_billing__appeals') }}

),

edited_accounts as (

    -- HFMA CL-1 asks for no manual intervention: what the scrubber repaired by itself is clean
    select distinct patient_control_number
    from edits
    where staff_id is not null or resolved_date is null

),

appeals_by_account as (

    select
        patient_control_number,

        count(decided_date) < count(*) as has_open_appeal,

        max(decided_date) as last_decided_date

    from appeals
    group by 1

),

joined as (

    select
        accounts.claim_key,
        accounts.encounter_key,
        accounts.patient_key,
        accounts.person_key,
        accounts.payer_key,
        accounts.secondary_payer_key,
        accounts.provider_key,
        accounts.facility_key,
        accounts.department_key,
        {{ surrogate_key(['charges.procedure_id']) }} as primary_procedure_key,
        accounts.primary_diagnosis_key,
        -- the account number is an identifier (45 CFR 164.514(b)(2)(i)(J)); marts carry its hash
        cast(accounts.claim_key as {{ dbt.type_string() }}) as root_claim_id,

        accounts.claim_type,
        accounts.payer_sequence,
        adjudications.denial_level,

        accounts.submission_count,
        charges.line_count,
        accounts.billed_amount,
        charges.expected_allowed_amount,
        coalesce(adjudications.allowed_amount, 0) as allowed_amount,
        coalesce(adjudications.contractual_adjustment_amount, 0) as contractual_adjustment_amount,
        coalesce(adjudications.other_adjustment_amount, 0) as other_adjustment_amount,
        coalesce(adjudications.payer_paid_amount, 0) as payer_paid_amount,
        coalesce(adjudications.secondary_paid_amount, 0) as secondary_paid_amount,
        balances.secondary_responsibility_amount,
        balances.patient_responsibility_amount,
        balances.patient_paid_amount,
        coalesce(adjudications.initially_denied_amount, 0) as initially_denied_amount,
        coalesce(adjudications.initially_denied_line_count, 0) as initially_denied_line_count,
        coalesce(adjudications.denied_amount, 0) as denied_amount,
        balances.denial_writeoff_amount,
        balances.bad_debt_amount,
        balances.charity_amount,
        balances.small_balance_amount,
        balances.uninsured_discount_amount,
        balances.refund_amount,
        balances.balance_amount,
        balances.primary_balance_amount,
        balances.secondary_balance_amount,
        balances.patient_balance_amount,

        accounts.is_insured,
        case
            when accounts.is_insured and accounts.final_bill_date is not null
                then edited_accounts.patient_control_number is null
        end as is_clean_claim,
        case when accounts.first_submitted_date is not null then accounts.is_accepted_first_time end
            as is_accepted_first_time,
        coalesce(adjudications.denial_level <> 'none', false) as is_initially_denied,
        coalesce(adjudications.is_zero_paid_first, false) as is_zero_paid_first,
        case
            when adjudications.claim_key is not null
                then adjudications.denial_level = 'none' and accounts.is_accepted_first_time
        end as is_first_pass_resolved,
        adjudications.claim_key is not null as is_adjudicated,
        balances.primary_balance_amount = 0
        and balances.secondary_balance_amount = 0
        and balances.patient_balance_amount = 0
        and not coalesce(appeals_by_account.has_open_appeal, false) as is_closed,

        accounts.service_date,
        accounts.discharge_date,
        accounts.aging_date,
        accounts.first_charge_post_date,
        accounts.charge_post_date,
        accounts.final_bill_date,
        accounts.first_submitted_date,
        accounts.first_accepted_date,
        adjudications.first_remittance_date,
        adjudications.first_payer_payment_date,
        balances.last_payment_date,
        balances.primary_settled_date,
        balances.secondary_settled_date,
        balances.patient_settled_date,
        -- an appeal can be decided after the last entry, and only then is the claim closed
        greatest(
            balances.last_entry_date,
            coalesce(appeals_by_account.last_decided_date, balances.last_entry_date)
        ) as settled_date

    from accounts
    inner join charges
        on accounts.claim_key = charges.claim_key
    inner join balances
        on accounts.claim_key = balances.claim_key
    left join adjudications
        on accounts.claim_key = adjudications.claim_key
    left join edited_accounts
        on accounts.patient_control_number = edited_accounts.patient_control_number
    left join appeals_by_account
        on accounts.patient_control_number = appeals_by_account.patient_control_number

),

measured as (

    select
        claim_key,
        encounter_key,
        patient_key,
        person_key,
        payer_key,
        secondary_payer_key,
        provider_key,
        facility_key,
        department_key,
        primary_procedure_key,
        primary_diagnosis_key,
        root_claim_id,

        claim_type,
        payer_sequence,
        denial_level,

        cast(submission_count as integer) as submission_count,
        cast(line_count as integer) as line_count,
        billed_amount,
        expected_allowed_amount,
        allowed_amount,
        contractual_adjustment_amount,
        other_adjustment_amount,
        payer_paid_amount,
        secondary_paid_amount,
        secondary_responsibility_amount,
        patient_responsibility_amount,
        patient_paid_amount,
        initially_denied_amount,
        cast(initially_denied_line_count as integer) as initially_denied_line_count,
        denied_amount,
        denial_writeoff_amount,
        bad_debt_amount,
        charity_amount,
        small_balance_amount,
        uninsured_discount_amount,
        refund_amount,
        balance_amount,
        primary_balance_amount,
        secondary_balance_amount,
        patient_balance_amount,
        {{ days_between('service_date', 'charge_post_date') }} as charge_lag_days,
        {{ days_between('service_date', 'first_submitted_date') }} as submission_lag_days,
        {{ days_between('first_submitted_date', 'first_remittance_date') }}
            as days_to_first_remittance,
        {{ days_between('first_submitted_date', 'first_payer_payment_date') }}
            as days_to_payment,

        is_insured,
        is_clean_claim,
        is_accepted_first_time,
        is_initially_denied,
        is_zero_paid_first,
        is_first_pass_resolved,
        is_adjudicated,
        is_closed,

        service_date,
        discharge_date,
        aging_date,
        first_charge_post_date,
        charge_post_date,
        final_bill_date,
        first_submitted_date,
        first_accepted_date,
        first_remittance_date,
        first_payer_payment_date,
        last_payment_date,
        primary_settled_date,
        secondary_settled_date,
        patient_settled_date,
        case when is_closed then settled_date end as closed_date

    from joined

)

select * from measured
