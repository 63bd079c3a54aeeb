with

appeals as (

    select * from {{ ref('fct_appeals') }}

),

denials as (

    select * from {{ ref('fct_denials') }}
    where outcome = 'overturned'

),

recovered_by_round as (

    select
        last_appeal_key as appeal_key,

        count(*) as recovered_line_count,
        sum(recovered_amount) as recovered_amount

    from denials
    where not is_repeat
    group by 1

)

select
    appeals.appeal_key,
    recovered_by_round.appeal_key as denial_appeal_key,

    appeals.recovered_line_count,
    recovered_by_round.recovered_line_count as denial_line_count,
    appeals.recovered_amount,
    recovered_by_round.recovered_amount as denial_recovered_amount

from appeals
full outer join recovered_by_round
    on appeals.appeal_key = recovered_by_round.appeal_key
where
    appeals.appeal_key is null
    or appeals.recovered_line_count <> coalesce(recovered_by_round.recovered_line_count, 0)
    or appeals.recovered_amount <> coalesce(recovered_by_round.recovered_amount, 0)
