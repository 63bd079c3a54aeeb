with

denied_lines as (

    select * from {{ ref('int_denials__lines') }}

),

accounts as (

    select * from {{ ref('int_claims__accounts') }}

),

versions as (

    select * from {{ ref('int_claims__versions') }}

),

appeals as (

    select * from {{ ref('stg_billing__appeals') }}

),

work_items as (

    select * from {{ ref('stg_billing__work_items') }}

),

denied_claims as (

    select
        claim_key,

        min(denied_date) as denied_date

    from denied_lines
    where claim_key is not null
    group by 1

),

rework_steps as (

    select
        root_patient_control_number as patient_control_number,
        'corrected' as rework_kind,
        cast(null as {{ dbt.type_string() }}) as decision,
        submitted_date as rework_date
    from versions
    where frequency_code = '7'

    union all

    select
        patient_control_number,
        'appealed' as rework_kind,
        coalesce(decision, 'open') as decision,
        filed_date as rework_date
    from appeals

    union all

    select
        patient_control_number,
        'touched' as rework_kind,
        cast(null as {{ dbt.type_string() }}) as decision,
        worked_date as rework_date
    from work_items
    where work_type in ('denial_rework', 'appeal')

),

rework as (

    -- what was done before the claim was denied is no rework
    select
        denied_claims.claim_key,

        max(case when rework_steps.decision = 'open' then 1 else 0 end) = 1 as has_open_appeal,
        max(
            case
                when rework_steps.decision in ('overturned', 'partially_overturned') then 1
                else 0
            end
        ) = 1 as is_overturned,

        min(rework_steps.rework_date) as worked_date,
        min(
            case when rework_steps.rework_kind = 'appealed' then rework_steps.rework_date end
        ) as appealed_date

    from denied_claims
    inner join accounts
        on denied_claims.claim_key = accounts.claim_key
    inner join rework_steps
        on
            accounts.patient_control_number = rework_steps.patient_control_number
            and denied_claims.denied_date <= rework_steps.rework_date
    group by 1

)

select * from rework
