{% set kpis = [
    'clean_claim_rates', 'acceptance_rates', 'first_passes', 'days_to_pay', 'times_to_cash',
    'provider_times_to_cash',
] %}
{% set cohort_month -%}
    cast({{ dbt.date_trunc('month', 'first_submitted_date') }} as date)
{%- endset %}
{% set version_month -%}
    cast({{ dbt.date_trunc('month', 'submitted_date') }} as date)
{%- endset %}
{% set payment_month -%}
    cast({{ dbt.date_trunc('month', 'first_payer_payment_date') }} as date)
{%- endset %}

with

clean_claim_rates as (

    select * from {{ ref('kpi_clean_claim_rate') }}

),

acceptance_rates as (

    select * from {{ ref('kpi_acceptance_rate') }}

),

first_passes as (

    select * from {{ ref('kpi_first_pass_resolution') }}

),

days_to_pay as (

    select * from {{ ref('kpi_days_to_pay') }}

),

times_to_cash as (

    select * from {{ ref('kpi_time_to_cash') }}
    where cash_stage = 'service_to_cash'

),

provider_times_to_cash as (

    select * from {{ ref('kpi_time_to_cash_by_provider') }}
    where cash_stage = 'service_to_cash'

),

claims as (

    select * from {{ ref('fct_claims') }}

),

submissions as (

    select * from {{ ref('fct_claim_submissions') }}

),

first_full_month as (

    select min(month_start_date) as month_start_date
    from times_to_cash

),

signed_numbers as (

    -- what the dashboard shows ...
    {% for kpi in kpis -%}
        select
            '{{ kpi }}' as kpi,
            definition_id as definition_name,
            numerator,
            denominator,
            month_start_date
        from {{ kpi }}

        union all

    {% endfor -%}
    -- ... less the claims of the month
    select
        'clean_claim_rates' as kpi,
        'CL-1' as definition_name,
        -case when is_clean_claim then 1 else 0 end as numerator,
        -1 as denominator,
        {{ cohort_month }} as month_start_date
    from claims
    where is_insured and first_submitted_date is not null

    union all

    select
        'acceptance_rates' as kpi,
        'RCM-ACCEPTANCE' as definition_name,
        -case when is_accepted then 1 else 0 end as numerator,
        -case when is_accepted or is_rejected then 1 else 0 end as denominator,
        {{ version_month }} as month_start_date
    from submissions
    where version_number = 1

    union all

    select
        'acceptance_rates' as kpi,
        'RCM-VERSION-ACCEPTANCE' as definition_name,
        -case when is_accepted then 1 else 0 end as numerator,
        -case when is_accepted or is_rejected then 1 else 0 end as denominator,
        {{ version_month }} as month_start_date
    from submissions

    union all

    -- resolved is what is adjudicated, accepted at once and not denied
    select
        'first_passes' as kpi,
        'RCM-FPRR' as definition_name,
        -case when is_accepted_first_time and not is_initially_denied then 1 else 0 end
            as numerator,
        -1 as denominator,
        {{ cohort_month }} as month_start_date
    from claims
    where first_remittance_date is not null

    union all

    select
        'first_passes' as kpi,
        'RCM-FPRR-SUBMITTED' as definition_name,
        -case
            when
                is_adjudicated and is_accepted_first_time and not is_initially_denied
                then 1
            else 0
        end as numerator,
        -1 as denominator,
        {{ cohort_month }} as month_start_date
    from claims
    where first_submitted_date is not null

    union all

    select
        'days_to_pay' as kpi,
        'RCM-DAYS-TO-PAY' as definition_name,
        -days_to_payment as numerator,
        -1 as denominator,
        {{ cohort_month }} as month_start_date
    from claims
    where days_to_payment is not null

    {% for kpi in ['times_to_cash', 'provider_times_to_cash'] -%}
        union all

        select
            '{{ kpi }}' as kpi,
            'RCM-TIME-TO-CASH' as definition_name,
            -{{ days_between('service_date', 'first_payer_payment_date') }} as numerator,
            -1 as denominator,
            {{ payment_month }} as month_start_date
        from claims
        cross join first_full_month
        where {{ payment_month }} >= first_full_month.month_start_date

    {% endfor %}
),

differences as (

    select
        kpi,
        definition_name,
        month_start_date,

        sum(numerator) as numerator_difference,
        sum(denominator) as denominator_difference

    from signed_numbers
    group by 1, 2, 3

)

select * from differences
where numerator_difference <> 0 or denominator_difference <> 0
