{#- Empty in a full run: is_new_arrival is false then. -#}
with recursive

touched_encounters as (

    select * from {{ ref('int_loads__touched_encounters') }}

),

charges as {{ inlined() }} (

    select
        hospital_id,
        charge_id,
        credited_charge_id,
        patient_control_number,
        encounter_id,
        service_date,
        _batch_id
    from {{ ref('stg_hospital_a__charges') }}

    union all

    select
        hospital_id,
        charge_id,
        credited_charge_id,
        patient_control_number,
        encounter_id,
        service_date,
        _batch_id
    from {{ ref('stg_hospital_b__charges') }}

),

encounters as {{ inlined() }} (

    select * from {{ ref('int_hospitals__encounters_unioned') }}

),

coverages as {{ inlined() }} (

    select * from {{ ref('stg_billing__coverages') }}

),

arrived_claims as {{ inlined() }} (

    select * from {{ ref('base_clearinghouse__claims') }}

),

claims as {{ inlined() }} (

    select * from {{ ref('stg_clearinghouse__claims') }}

),

acknowledgements as {{ inlined() }} (

    select * from {{ ref('stg_clearinghouse__claim_acknowledgements') }}

),

arrived_remittance_claims as {{ inlined() }} (

    select * from {{ ref('base_clearinghouse__remittance_claims') }}

),

remittance_claims as {{ inlined() }} (

    select * from {{ ref('stg_clearinghouse__remittance_claims') }}

),

remittances as {{ inlined() }} (

    select * from {{ ref('stg_clearinghouse__remittances') }}

),

payers as {{ inlined() }} (

    select * from {{ ref('base_billing__payers') }}
    where {{ is_new_arrival() }}

),

fee_schedules as (

    select
        payer_id,
        hospital_id,

        min(effective_from_date) as effective_from_date

    from {{ ref('stg_billing__fee_schedules') }}
    where {{ is_new_arrival() }}
    group by 1, 2

),

moved_rows as {{ inlined() }} (

    select * from {{ ref('stg_loads__moved_rows') }}
    where {{ is_new_arrival() }}

),

named_accounts as (

    {% for model_name in [
        'stg_hospital_a__charges', 'stg_hospital_b__charges', 'stg_billing__patient_payments',
        'stg_billing__account_adjustments', 'stg_billing__refunds', 'stg_billing__claim_edits',
        'stg_billing__appeals', 'stg_billing__work_items'
    ] -%}
        select patient_control_number from {{ ref(model_name) }}
        where {{ is_new_arrival() }}

        union

    {% endfor -%}
    select parent_id as patient_control_number
    from moved_rows
    where parent_column = 'patient_control_number'

    union

    -- an appeal names who filed it, as of that day
    select appeals.patient_control_number
    from {{ ref('base_billing__staff') }} as staff
    inner join {{ ref('stg_billing__appeals') }} as appeals
        on staff.staff_id = appeals.staff_id
    where {{ is_new_arrival('staff._batch_id') }}

),

accounts_of_encounters as (

    select charges.patient_control_number
    from touched_encounters
    inner join charges
        on
            touched_encounters.encounter_id = charges.encounter_id
            and touched_encounters.hospital_id = charges.hospital_id

),

accounts_of_claims as (

    -- usable or no longer so
    select patient_control_number
    from arrived_claims
    where claim_id in ({{ arrived_keys('claims') }})

    union

    select claims.patient_control_number
    from acknowledgements
    inner join claims
        on acknowledgements.claim_id = claims.claim_id
    where {{ is_new_arrival('acknowledgements._batch_id') }}

    union

    select claims.patient_control_number
    from payers
    inner join claims
        on payers.payer_id = claims.payer_id

    union

    select claims.patient_control_number
    from moved_rows
    inner join claims
        on moved_rows.parent_id = claims.claim_id
    where moved_rows.parent_column = 'claim_id'

),

accounts_of_remittances as (

    select patient_control_number
    from arrived_remittance_claims
    where remittance_claim_id in ({{ arrived_keys('remittance_claims') }})

    union

    select remittance_claims.patient_control_number
    from remittances
    inner join remittance_claims
        on remittances.remittance_id = remittance_claims.remittance_id
    where {{ is_new_arrival('remittances._batch_id') }}

    union

    select remittance_claims.patient_control_number
    from payers
    inner join remittances
        on payers.payer_id = remittances.payer_id
    inner join remittance_claims
        on remittances.remittance_id = remittance_claims.remittance_id

    union

    select remittance_claims.patient_control_number
    from moved_rows
    inner join remittance_claims
        on moved_rows.parent_id = remittance_claims.remittance_claim_id
    where moved_rows.parent_column = 'remittance_claim_id'

    union

    select remittance_claims.patient_control_number
    from moved_rows
    inner join remittance_claims
        on moved_rows.parent_id = remittance_claims.remittance_id
    where moved_rows.parent_column = 'remittance_id'

),

accounts_of_contracts as (

    -- whoever is or may be priced by a contract that changed
    select charges.patient_control_number
    from fee_schedules
    inner join claims
        on fee_schedules.payer_id = claims.payer_id
    inner join charges
        on
            claims.patient_control_number = charges.patient_control_number
            and fee_schedules.hospital_id = charges.hospital_id
            and fee_schedules.effective_from_date <= charges.service_date

    union

    select charges.patient_control_number
    from encounters
    left join coverages
        on encounters.coverage_id = coverages.coverage_id
    inner join fee_schedules
        on
            coalesce(coverages.payer_id, '{{ var("self_pay_payer_id") }}')
            = fee_schedules.payer_id
            and encounters.hospital_id = fee_schedules.hospital_id
    inner join charges
        on
            encounters.encounter_id = charges.encounter_id
            and encounters.hospital_id = charges.hospital_id
            and fee_schedules.effective_from_date <= charges.service_date

),

linked as (

    -- a replacement or void under another account number belongs to the account of its original
    select
        replacements.patient_control_number,
        originals.patient_control_number as linked_account
    from claims as replacements
    inner join acknowledgements
        on replacements.original_reference_number = acknowledgements.payer_claim_control_number
    inner join claims as originals
        on
            acknowledgements.claim_id = originals.claim_id
            and replacements.payer_id = originals.payer_id
            and replacements.patient_control_number <> originals.patient_control_number
    where replacements.frequency_code in ('7', '8') and {{ is_nightly() | lower }}

    union

    -- so may a credit
    select
        credits.patient_control_number,
        credited.patient_control_number as linked_account
    from charges as credits
    inner join charges as credited
        on
            credits.credited_charge_id = credited.charge_id
            and credits.hospital_id = credited.hospital_id
            and credits.patient_control_number <> credited.patient_control_number
    where {{ is_nightly() | lower }}

),

linked_both_ways as (

    select
        patient_control_number,
        linked_account
    from linked

    union

    select
        linked_account as patient_control_number,
        patient_control_number as linked_account
    from linked

),

direct as (

    select patient_control_number from named_accounts
    union
    select patient_control_number from accounts_of_encounters
    union
    select patient_control_number from accounts_of_claims
    union
    select patient_control_number from accounts_of_remittances
    union
    select patient_control_number from accounts_of_contracts

),

changed as (

    select patient_control_number from direct

    union

    -- an account is made of all that is linked to it
    select linked_both_ways.linked_account
    from changed
    inner join linked_both_ways
        on changed.patient_control_number = linked_both_ways.patient_control_number

),

keyed as (

    -- the claim of an account number at either hospital, whether or not there is one
    {% for hospital_id in ['HOSPITAL_A', 'HOSPITAL_B'] -%}
        select
            {{ surrogate_key(["'" ~ hospital_id ~ "'", 'patient_control_number']) }} as claim_key,
            patient_control_number
        from changed
        where patient_control_number is not null
        {{ 'union all' if not loop.last }}
    {% endfor %}
)

select * from keyed
