"""A finished set in a DuckDB database on disk: the versions of its rows that X12 files tell.

A set's tables are a history: a row may come again, corrected or damaged, and an orphan has no
parent. The last arrival of a key counts; of patients and payers the last one by the file's day.
DuckDB sorts and joins on disk, so memory stays flat however long the period is; pandas would hold
every remittance line of the set at once.
"""

from pathlib import Path

import duckdb

MEMORY = "1GB"

# plain() only takes the separators away, for ids and for the payer's name on a remittance: the
# 835 reader knows a repeated payment by that name. capitals() keeps X12's basic characters.
_MACROS = r"""
create macro plain(value, size) as
    coalesce(trim(left(trim(regexp_replace(value, '[*:~^[:cntrl:]\s]+', ' ', 'g')), size)), '');
create macro capitals(value, size) as coalesce(trim(left(trim(regexp_replace(
    upper(strip_accents(value)), '[^A-Z0-9.,''&/()+-]+', ' ', 'g')), size)), '');
create macro code(value) as coalesce(regexp_replace(upper(value), '[^A-Z0-9]+', '', 'g'), '');
create macro number(value) as
    coalesce(regexp_replace(cast(value as varchar), '\.?0+$', ''), '');
create macro day(value) as coalesce(strftime(value, '%Y%m%d'), '');
create macro month_of(value) as year(value) * 100 + month(value);
create macro birth_day(value, loaded_at) as
    case when value between timestamp '1901-01-01' and loaded_at
        then strftime(value, '%Y%m%d') else '' end;
create macro known_from(loaded_at, earlier) as
    case when earlier is null then date '0001-01-01' else cast(loaded_at as date) end;
create macro known_until(later) as coalesce(cast(later as date), date '9999-12-31');
create macro state(value) as
    case when regexp_full_match(upper(trim(value)), '[A-Z]{2}') then upper(trim(value)) else '' end;
create macro postal(value) as
    case when regexp_full_match(trim(value), '[0-9]{5}(-?[0-9]{4})?')
        then replace(trim(value), '-', '') else '' end;
"""

_LATEST = """
create table {name} as
select * exclude (file_row_number, _source_file, _batch_id)
from read_parquet(?, file_row_number = true)
qualify row_number() over (partition by {key} order by _loaded_at desc, file_row_number desc) = 1
"""

_KEYS = {
    "hospital_a_patients": "patient_id, cast(_loaded_at as date)",
    "hospital_a_providers": "provider_id",
    "hospital_a_departments": "department_id",
    "hospital_a_encounters": "encounter_id",
    "hospital_a_encounter_diagnoses": "encounter_id, diagnosis_sequence",
    "hospital_a_charges": "charge_id",
    "hospital_b_patients": "mrn, cast(_loaded_at as date)",
    "hospital_b_providers": "provider_code",
    "hospital_b_departments": "dept_code",
    "hospital_b_encounters": "visit_no",
    "hospital_b_encounter_diagnoses": "visit_no, dx_rank",
    "hospital_b_charges": "charge_ref",
    "billing_payers": "payer_id, cast(_loaded_at as date)",
    "billing_coverages": "coverage_id",
    "clearinghouse_claims": "claim_id",
    "clearinghouse_claim_lines": "claim_id, line_number",
    "clearinghouse_remittances": "remittance_id",
    "clearinghouse_remittance_claims": "remittance_claim_id",
    "clearinghouse_remittance_lines": "remittance_line_id",
    "clearinghouse_remittance_adjustments": "remittance_adjustment_id",
    "clearinghouse_remittance_provider_adjustments": "remittance_provider_adjustment_id",
}
"""Key of each raw table that an X12 file needs; of patients and payers every day's version stays,
since a claim carries the names and the address of its own day."""

_SHARED = r"""
create table people as
select
    * exclude (_loaded_at), known_from(_loaded_at, lag(_loaded_at) over of_person) as known_from,
    known_until(lead(_loaded_at) over of_person) as known_until
from (
    select
        'HOSPITAL_A' as submitter_id, patient_id, capitals(last_name, 60) as last_name,
        capitals(first_name, 35) as first_name,
        birth_day(try_strptime(trim(birth_date), '%m/%d/%Y'), _loaded_at) as birth_day,
        case upper(trim(sex)) when 'M' then 'M' when 'F' then 'F' else 'U' end as sex,
        capitals(address_line, 55) as street, capitals(city, 30) as city, state(state) as state,
        postal(zip) as postal, _loaded_at
    from hospital_a_patients
    union all
    select
        'HOSPITAL_B', mrn, capitals(split_part(full_name, ',', 1), 60),
        capitals(split_part(full_name, ',', 2), 35),
        birth_day(try_strptime(trim(dob), '%Y%m%d'), _loaded_at),
        case trim(gender_code) when '1' then 'M' when '2' then 'F' else 'U' end,
        capitals(street, 55), capitals(city_name, 30), state(state_code), postal(postal_code),
        _loaded_at
    from hospital_b_patients
)
window of_person as (partition by submitter_id, patient_id order by _loaded_at);

create table providers as
select npi, max(last_name) as last_name, max(first_name) as first_name
from (
    select npi, capitals(last_name, 60) as last_name, capitals(first_name, 35) as first_name
    from hospital_a_providers
    union all
    select
        npi_number, capitals(split_part(provider_name, ',', 1), 60),
        capitals(split_part(provider_name, ',', 2), 35)
    from hospital_b_providers
)
group by npi;

create table facilities as
select npi, max(name) as name, max(state) as state
from (
    select facility_npi as npi, capitals(facility_name, 60) as name, state(facility_state) as state
    from hospital_a_departments
    union all
    select site_npi, capitals(site_name, 60), state(site_state)
    from hospital_b_departments
)
group by npi;

create table payers as
select
    payer_id, capitals(payer_name, 60) as name, state(state) as state,
    code(claim_filing_indicator_code) as filing,
    known_from(_loaded_at, lag(_loaded_at) over of_payer) as known_from,
    known_until(lead(_loaded_at) over of_payer) as known_until
from billing_payers
window of_payer as (partition by payer_id order by _loaded_at);

create table diagnoses as
select submitter_id, encounter_id, string_agg(diagnosis, ' ' order by place) as codes
from (
    select
        'HOSPITAL_A' as submitter_id, encounter_id, diagnosis_sequence as place,
        code(diagnosis_code) as diagnosis
    from hospital_a_encounter_diagnoses
    union all
    select 'HOSPITAL_B', visit_no, dx_rank, code(icd10)
    from hospital_b_encounter_diagnoses
)
where diagnosis <> ''
group by submitter_id, encounter_id;

-- an account belongs to the encounter of its charges
create table accounts as
select
    charges.account_number, 'HOSPITAL_A' as submitter_id, encounters.patient_id,
    charges.encounter_id, encounters.encounter_type = 'ED' as is_emergency
from (
    select account_number, max(encounter_id) as encounter_id
    from hospital_a_charges
    where encounter_id in (select encounter_id from hospital_a_encounters)
    group by account_number
) as charges
inner join hospital_a_encounters as encounters on charges.encounter_id = encounters.encounter_id
union all
select
    charges.acct_no, 'HOSPITAL_B', encounters.mrn, charges.visit_no,
    encounters.visit_class = 'E'
from (
    select acct_no, max(visit_no) as visit_no
    from hospital_b_charges
    where visit_no in (select visit_no from hospital_b_encounters)
    group by acct_no
) as charges
inner join hospital_b_encounters as encounters on charges.visit_no = encounters.visit_no;

-- the lines of a month lie together, so that a month is read without the rest; a claim that came
-- again may write its codes in another case or with blanks
create table claims as
select
    month_of(submitted_date) as month,
    * replace (
        upper(trim(submitter_id)) as submitter_id, upper(trim(claim_type)) as claim_type,
        upper(trim(payer_id)) as payer_id, upper(trim(payer_sequence)) as payer_sequence,
        upper(trim(member_id)) as member_id
    )
from clearinghouse_claims
order by month;
create table claim_lines as
select claims.month, lines.*
from clearinghouse_claim_lines as lines
inner join claims on lines.claim_id = claims.claim_id
order by claims.month;

create table checks as
select
    coalesce(production_date, payment_date, cast(_loaded_at as date)) as check_date,
    month_of(check_date) as month, *
from clearinghouse_remittances
order by month;
create table check_claims as
select checks.month, claims.*
from clearinghouse_remittance_claims as claims
inner join checks on claims.remittance_id = checks.remittance_id
order by checks.month;
create table check_lines as
select claims.month, lines.*
from clearinghouse_remittance_lines as lines
inner join check_claims as claims on lines.remittance_claim_id = claims.remittance_claim_id
order by claims.month;
-- a claim without any line yet is told at claim level, its lines' adjustments included; where only
-- some lines are missing, their adjustments have no parent
create table check_adjustments as
select
    claims.month, adjustments.* exclude (remittance_line_id),
    case when claims.has_lines then adjustments.remittance_line_id end as remittance_line_id
from clearinghouse_remittance_adjustments as adjustments
inner join (
    select
        *, remittance_claim_id in (select remittance_claim_id from check_lines) as has_lines
    from check_claims
) as claims
    on adjustments.remittance_claim_id = claims.remittance_claim_id
where
    adjustments.remittance_line_id is null
    or not claims.has_lines
    or adjustments.remittance_line_id in (select remittance_line_id from check_lines)
order by claims.month;

-- who a remittance's claim is about, as far as our own claims say
create table billed_accounts as
select
    patient_control_number, max(claim_type) as claim_type,
    max_by(rendering_provider_npi, claim_id) as rendering_npi,
    max_by(member_id, claim_id) filter (payer_sequence = 'P') as primary_member_id
from claims
group by patient_control_number;

-- a payer that forwards a claim (CLP02 19 to 21) names the next one: the patient's second coverage
create table crossovers as
select claims.remittance_claim_id, min(coverages.payer_id) as payer_id
from check_claims as claims
inner join accounts on claims.patient_control_number = accounts.account_number
inner join billing_coverages as coverages
    on accounts.submitter_id = coverages.submitter_id
    and accounts.patient_id = coverages.patient_id
    and coverages.coverage_sequence = 2
    and claims.statement_from_date >= coverages.effective_from_date
    and claims.statement_from_date <= coalesce(coverages.effective_to_date, date '9999-12-31')
where claims.claim_status_code in ('19', '20', '21')
group by claims.remittance_claim_id;

drop table billing_coverages;
drop table hospital_a_charges;
drop table hospital_b_charges;
drop table clearinghouse_claims;
drop table clearinghouse_claim_lines;
drop table clearinghouse_remittance_claims;
drop table clearinghouse_remittance_lines;
drop table clearinghouse_remittance_adjustments;
"""


def open_set(folder: Path, database: Path) -> duckdb.DuckDBPyConnection:
    """Read the set in `folder` into a new DuckDB file, ready for the queries of x12_rows.py.

    Raises FileNotFoundError when a table of the set is not there as Parquet.
    """
    paths = {name: folder / f"{name}.parquet" for name in _KEYS}
    if missing := [path.name for path in paths.values() if not path.is_file()]:
        raise FileNotFoundError(
            f"{folder} has no {', '.join(missing)}; X12 files are made from a set in Parquet"
        )
    connection = duckdb.connect(str(database))
    connection.execute(f"set memory_limit = '{MEMORY}'")
    connection.execute(_MACROS)
    for name, key in _KEYS.items():
        connection.execute(_LATEST.format(name=name, key=key), [str(paths[name])])
    connection.execute(_SHARED)
    return connection
