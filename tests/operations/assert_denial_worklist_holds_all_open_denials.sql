with

worklist as (

    select * from {{ ref('denial_worklist') }}

),

denials as (

    select * from {{ ref('fct_denials') }}
    where is_matched and not is_repeat and open_amount > 0

)

select
    denials.denial_key,
    worklist.denial_key as listed_denial_key,
    denials.open_amount,
    worklist.open_amount as listed_open_amount
from denials
full outer join worklist
    on denials.denial_key = worklist.denial_key
where
    denials.denial_key is null
    or worklist.denial_key is null
    or denials.open_amount <> worklist.open_amount
