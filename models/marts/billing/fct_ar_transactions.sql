{{ config(materialized='incremental', unique_key='claim_key') }}

with

transactions as (

    select * from {{ ref('int_ar__transactions') }}

),

keyed as (

    select
        {{ surrogate_key(['transaction_type', 'source_id', 'claim_key']) }} as ar_transaction_key,
        claim_key,
        payer_key,
        facility_key,

        responsibility,
        transaction_type,

        amount,

        post_date,
        service_date

    from transactions

)

select * from keyed
