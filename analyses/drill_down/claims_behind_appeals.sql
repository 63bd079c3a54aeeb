-- Which appeals make an overturn rate? Each decided round behind each cell of kpi_appeals.
with

cells as (

    select * from {{ ref('kpi_appeals') }}

),

appeals as (

    select * from {{ ref('fct_appeals') }}
    where decided_date is not null

),

payers as (

    select * from {{ ref('dim_payer') }}

),

drilled as (

    select
        cells.kpi_appeals_key,
        appeals.appeal_key,
        appeals.claim_key,

        case when appeals.is_overturned then 1 else 0 end as numerator,
        1 as denominator,
        appeals.appealed_amount,
        appeals.recovered_amount,

        appeals.decided_date,
        cells.month_start_date

    from appeals
    inner join payers
        on appeals.payer_key = payers.payer_key
    inner join cells
        on
            payers.current_payer_key = cells.payer_key
            -- an appeal whose denial has not arrived has no reason yet
            and (
                appeals.denial_reason_key = cells.denial_reason_key
                or (appeals.denial_reason_key is null and cells.denial_reason_key is null)
            )
            and cells.month_start_date
            = cast({{ dbt.date_trunc('month', 'appeals.decided_date') }} as date)
    where {{ is_of_cell('cells.kpi_appeals_key') }}

)

select * from drilled
