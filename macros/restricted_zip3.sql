{#- Three-digit zips with 20,000 people or fewer by the 2000 census (HHS guidance of 2012 on
    45 CFR 164.514(b)). -#}
{%- macro restricted_zip3() -%}
    '036', '059', '063', '102', '203', '556', '692', '790', '821', '823', '830', '831', '878',
    '879', '884', '890', '893'
{%- endmacro -%}
