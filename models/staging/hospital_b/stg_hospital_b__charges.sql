with

source as (

    select * from {{ source('hospital_b', 'charges') }}
    where {{ arrived_by_as_of() }}

),

cleaned as (

    select
        'HOSPITAL_B' as hospital_id,
        charge_ref as charge_id,
        acct_no as patient_control_number,
        visit_no as encounter_id,
        nullif(trim(credited_ref), '') as credited_charge_id,

        case upper(trim(bill_form))
            when '1500' then 'P'
            when 'UB04' then 'I'
            else bill_form
        end as claim_type,
        upper(nullif(trim(cpt_hcpcs), '')) as procedure_code,
        nullif(trim(rev_code), '') as revenue_code,
        nullif(split_part(mods, ':', 1), '') as modifier_1,
        nullif(split_part(mods, ':', 2), '') as modifier_2,

        qty as units,
        -- a decimal factor, since dividing makes a float on some engines
        cast(charge_cents * cast(0.01 as numeric(3, 2)) as numeric(14, 2)) as charge_amount,

        {{ parse_date('dos', 'yyyymmdd') }} as service_date,
        {{ parse_date('posted', 'yyyymmdd') }} as post_date,

        _loaded_at,
        _source_file,
        _batch_id

    from source

)

select * from cleaned
