with

remittance_claims as (

    -- each arrival: what was usable yesterday may not be so today
    select * from {{ ref('base_clearinghouse__remittance_claims') }}

),

accounts as (

    select distinct patient_control_number
    from {{ ref('int_loads__changed_accounts') }}

),

changed as (

    select distinct remittance_claims.remittance_claim_id
    from accounts
    inner join remittance_claims
        on accounts.patient_control_number = remittance_claims.patient_control_number

),

keyed as (

    select
        {{ surrogate_key(['remittance_claim_id']) }} as remittance_claim_key,
        remittance_claim_id

    from changed

)

select * from keyed
