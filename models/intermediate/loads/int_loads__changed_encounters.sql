with

touched_encounters as (

    select * from {{ ref('int_loads__touched_encounters') }}

),

charges as (

    select * from {{ ref('int_hospitals__charges_unioned') }}

),

changed as (

    select
        hospital_id,
        encounter_id
    from touched_encounters

    union

    -- the charges of a visit are part of it
    select
        hospital_id,
        encounter_id
    from charges
    where {{ is_nightly() | lower }}

),

keyed as (

    select
        {{ surrogate_key(['hospital_id', 'encounter_id']) }} as encounter_key,
        hospital_id,
        encounter_id

    from changed

)

select * from keyed
