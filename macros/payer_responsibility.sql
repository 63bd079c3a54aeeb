{#- Which payer a remittance speaks for (CLP02): 1 and 19 primary, 2 and 20 secondary, 3 and 21
    tertiary, which the ledger keeps with the secondary. A reversal (22) takes back the primary's. -#}
{%- macro payer_responsibility(claim_status_code) -%}
    case when {{ claim_status_code }} in ('2', '3', '20', '21') then 'secondary' else 'primary' end
{%- endmacro -%}
