"""The rows of one month as X12 files need them: joined, in the order of the files, as text."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import Any, NamedTuple, TypeVar

import duckdb

Triplet = tuple[str, str, str, str]
"""Group, reason, amount and quantity of an adjustment."""
MAX_DIAGNOSES = 12


class Check(NamedTuple):
    """One payment (835 ST)."""

    remittance_id: str
    date: str
    payer_id: str
    payer_name: str
    payer_state: str
    payee_npi: str
    payee_name: str
    trace: str
    method: str
    amount: str
    payment_date: str
    production_date: str


class CheckClaim(NamedTuple):
    """One claim on a payment (835 CLP)."""

    remittance_id: str
    remittance_claim_id: str
    control: str
    status: str
    billed: str
    paid: str
    owed: str
    filing: str
    payer_control: str
    facility_type: str
    frequency: str
    drg: str
    member_id: str
    from_date: str
    to_date: str
    received: str
    covered: str
    remark_1: str
    remark_2: str
    patient_id: str
    last_name: str
    first_name: str
    claim_type: str
    rendering_npi: str
    rendering_last_name: str
    rendering_first_name: str
    next_payer_id: str
    next_payer_name: str


class CheckLine(NamedTuple):
    """One service line on a payment (835 SVC)."""

    remittance_claim_id: str
    remittance_line_id: str
    control: str
    procedure: str
    modifier_1: str
    modifier_2: str
    original_procedure: str
    revenue: str
    units: str
    billed: str
    paid: str
    allowed: str
    service_date: str
    remark_1: str
    remark_2: str


class ProviderAdjustment(NamedTuple):
    """One PLB pair."""

    remittance_id: str
    provider: str
    fiscal_date: str
    reason: str
    reference: str
    amount: str


class Claim(NamedTuple):
    """One claim version that was sent (837 CLM), with its patient, payer and providers."""

    submitter_id: str
    claim_type: str
    date: str
    billing_npi: str
    claim_id: str
    control: str
    frequency: str
    original_reference: str
    sequence: str
    member_id: str
    payer_id: str
    payer_name: str
    filing: str
    place: str
    facility_type: str
    authorization: str
    billed: str
    from_date: str
    to_date: str
    diagnosis: str
    other_diagnoses: str
    is_emergency: bool
    patient_id: str
    last_name: str
    first_name: str
    birth_day: str
    sex: str
    street: str
    city: str
    state: str
    postal: str
    rendering_npi: str
    rendering_last_name: str
    rendering_first_name: str
    billing_name: str
    billing_state: str

    @property
    def diagnoses(self) -> list[str]:
        """The principal diagnosis and the encounter's others, each once."""
        codes = dict.fromkeys([self.diagnosis, *self.other_diagnoses.split()])
        return [code for code in codes if code][:MAX_DIAGNOSES]


class ClaimLine(NamedTuple):
    """One service line of a claim version (837 LX)."""

    claim_id: str
    control: str
    procedure: str
    modifier_1: str
    modifier_2: str
    revenue: str
    units: str
    billed: str
    service_date: str


class FirstPayer(NamedTuple):
    """What the payer before this one decided, for a secondary claim (837 2320)."""

    claim_id: str
    remittance_claim_id: str
    payer_id: str
    payer_name: str
    filing: str
    member_id: str
    payer_control: str
    paid: str
    date: str


@dataclass
class Remittances:
    """The payments of a month; the dicts are by the id of the parent."""

    checks: list[Check]
    claims: dict[str, list[CheckClaim]]
    lines: dict[str, list[CheckLine]]
    claim_adjustments: dict[str, list[Triplet]]
    line_adjustments: dict[str, list[Triplet]]
    provider_adjustments: dict[str, list[ProviderAdjustment]]


@dataclass
class Claims:
    """The claim versions sent in a month; `decided` is about secondary claims only."""

    claims: list[Claim]
    lines: dict[str, list[ClaimLine]]
    left_out: int
    """Claims without a line, a known patient or a diagnosis; an 837 can't tell them."""
    decided: dict[str, FirstPayer] = field(default_factory=dict)
    decided_lines: dict[str, list[CheckLine]] = field(default_factory=dict)
    decided_claim_adjustments: dict[str, list[Triplet]] = field(default_factory=dict)
    decided_line_adjustments: dict[str, list[Triplet]] = field(default_factory=dict)


_CHECKS = """
select
    checks.remittance_id, day(check_date), plain(checks.payer_id, 15),
    plain(coalesce(checks.payer_name, checks.payer_id), 60), coalesce(payers.state, ''),
    code(payee_npi), coalesce(facilities.name, ''), plain(trace_number, 50),
    code(payment_method_code), number(payment_amount),
    coalesce(strftime(payment_date, '%Y%m%d'), plain(payment_date_text, 8)), day(production_date)
from checks
left join payers
    on checks.payer_id = payers.payer_id
    and checks.check_date >= payers.known_from and checks.check_date < payers.known_until
left join facilities on checks.payee_npi = facilities.npi
where checks.month = ?
order by check_date, checks.payer_id, payee_npi, checks.remittance_id
"""
_CHECK_CLAIMS = """
select
    claims.remittance_id, claims.remittance_claim_id, plain(claims.patient_control_number, 38),
    code(claim_status_code), number(claims.billed_amount), number(claims.paid_amount),
    number(patient_responsibility_amount), code(claim_filing_indicator_code),
    plain(payer_claim_control_number, 50), code(facility_type_code), code(frequency_code),
    code(drg_code), plain(claims.member_id, 80), day(statement_from_date),
    day(statement_to_date), day(received_date), number(coverage_amount), code(remark_code_1),
    code(remark_code_2), plain(accounts.patient_id, 50), coalesce(people.last_name, ''),
    coalesce(people.first_name, ''), coalesce(billed.claim_type, ''),
    code(billed.rendering_npi), coalesce(providers.last_name, ''),
    coalesce(providers.first_name, ''), plain(crossovers.payer_id, 80),
    coalesce(payers.name, '')
from check_claims as claims
inner join checks on claims.remittance_id = checks.remittance_id
left join accounts on claims.patient_control_number = accounts.account_number
left join people
    on accounts.submitter_id = people.submitter_id and accounts.patient_id = people.patient_id
    and checks.check_date >= people.known_from and checks.check_date < people.known_until
left join billed_accounts as billed
    on claims.patient_control_number = billed.patient_control_number
left join providers on billed.rendering_npi = providers.npi
left join crossovers on claims.remittance_claim_id = crossovers.remittance_claim_id
left join payers
    on crossovers.payer_id = payers.payer_id
    and checks.check_date >= payers.known_from and checks.check_date < payers.known_until
where claims.month = ? and checks.month = ?
order by claims.remittance_id, claim_sequence, claims.remittance_claim_id
"""
_CHECK_LINES = """
select
    lines.remittance_claim_id, remittance_line_id, plain(line_control_number, 50),
    code(procedure_code), code(modifier_1), code(modifier_2), code(original_procedure_code),
    code(revenue_code), number(units), number(billed_amount), number(paid_amount),
    number(allowed_amount), day(service_date), code(remark_code_1), code(remark_code_2)
from check_lines as lines
{where}
order by lines.remittance_claim_id, line_sequence, remittance_line_id
"""
_CHECK_ADJUSTMENTS = """
select
    adjustments.remittance_claim_id, remittance_line_id, code(group_code), code(carc),
    number(amount), number(quantity)
from check_adjustments as adjustments
{where}
order by
    adjustments.remittance_claim_id, remittance_line_id, adjustment_sequence,
    remittance_adjustment_id
"""
_PROVIDER_ADJUSTMENTS = """
select
    adjustments.remittance_id, plain(provider_identifier, 50), day(fiscal_period_date),
    code(reason_code), plain(reference_id, 50), number(amount)
from clearinghouse_remittance_provider_adjustments as adjustments
inner join checks on adjustments.remittance_id = checks.remittance_id
where checks.month = ?
order by adjustments.remittance_id, adjustment_sequence, remittance_provider_adjustment_id
"""
_CLAIMS = """
select
    plain(claims.submitter_id, 15), claims.claim_type, day(submitted_date),
    code(billing_provider_npi), plain(claims.claim_id, 20),
    plain(claims.patient_control_number, 38), code(frequency_code),
    plain(original_reference_number, 50), code(payer_sequence), plain(member_id, 80),
    plain(claims.payer_id, 80), coalesce(payers.name, capitals(claims.payer_id, 60)),
    coalesce(payers.filing, 'ZZ'), code(place_of_service_code), code(facility_type_code),
    plain(prior_authorization_number, 50), number(billed_amount), day(statement_from_date),
    day(statement_to_date), code(principal_diagnosis_code), coalesce(diagnoses.codes, ''),
    coalesce(is_emergency, false), plain(people.patient_id, 50), people.last_name,
    people.first_name, birth_day, sex, street, city, people.state, postal,
    code(rendering_provider_npi), coalesce(providers.last_name, ''),
    coalesce(providers.first_name, ''), coalesce(facilities.name, ''),
    coalesce(facilities.state, '')
from claims
inner join accounts on claims.patient_control_number = accounts.account_number
inner join people
    on accounts.submitter_id = people.submitter_id and accounts.patient_id = people.patient_id
    and submitted_date >= people.known_from and submitted_date < people.known_until
left join diagnoses
    on accounts.submitter_id = diagnoses.submitter_id
    and accounts.encounter_id = diagnoses.encounter_id
left join payers
    on claims.payer_id = payers.payer_id
    and submitted_date >= payers.known_from and submitted_date < payers.known_until
left join providers on claims.rendering_provider_npi = providers.npi
left join facilities on claims.billing_provider_npi = facilities.npi
where
    claims.month = ?
    and claims.claim_id in (select claim_id from claim_lines where claim_lines.month = ?)
    and code(principal_diagnosis_code) || coalesce(diagnoses.codes, '') <> ''
order by
    claims.submitter_id, claims.claim_type, submitted_date, billing_provider_npi, claims.claim_id
"""
_CLAIM_LINES = """
select
    lines.claim_id, plain(line_control_number, 50), code(procedure_code), code(modifier_1),
    code(modifier_2), code(revenue_code), number(units), number(lines.billed_amount),
    day(coalesce(service_date, claims.statement_from_date))
from claim_lines as lines
inner join claims on lines.claim_id = claims.claim_id
where lines.month = ? and claims.month = ?
order by lines.claim_id, line_number
"""
# the first payer's last word before the secondary claim left; of a reversal and its correction on
# one payment that is the correction
_FIRST_PAYERS = """
create or replace temp table first_payers as
select
    claims.claim_id, decided.remittance_claim_id, checks.payer_id, decided.paid_amount,
    decided.payer_claim_control_number, checks.check_date, claims.patient_control_number
from claims
inner join check_claims as decided
    on claims.patient_control_number = decided.patient_control_number
inner join checks on decided.remittance_id = checks.remittance_id
where
    claims.month = ? and claims.payer_sequence = 'S'
    and decided.claim_status_code in ('1', '19') and checks.check_date <= claims.submitted_date
qualify row_number() over (
    partition by claims.claim_id order by checks.check_date desc, decided.claim_sequence desc
) = 1
"""
_DECIDED = """
select
    claim_id, remittance_claim_id, plain(first_payers.payer_id, 80),
    coalesce(payers.name, capitals(first_payers.payer_id, 60)),
    coalesce(payers.filing, 'ZZ'), plain(billed.primary_member_id, 80),
    plain(payer_claim_control_number, 50), number(paid_amount), day(check_date)
from first_payers
left join payers
    on first_payers.payer_id = payers.payer_id
    and check_date >= payers.known_from and check_date < payers.known_until
left join billed_accounts as billed
    on first_payers.patient_control_number = billed.patient_control_number
"""
_OF_MONTH = "where {name}.month = {month}"
_OF_FIRST_PAYERS = (
    "where {name}.remittance_claim_id in (select remittance_claim_id from first_payers)"
)

Item = TypeVar("Item")


def months_of(connection: duckdb.DuckDBPyConnection) -> list[int]:
    """The months (yyyymm) in which claims were sent or payments made, in order."""
    rows = connection.execute(
        "select month from claims union select month from checks order by month"
    ).fetchall()
    return [row[0] for row in rows if row[0] is not None]


def remittances_of(connection: duckdb.DuckDBPyConnection, month: int) -> Remittances:
    """The payments of a month."""

    def query(sql: str, name: str) -> list[tuple[Any, ...]]:
        return connection.execute(
            sql.format(where=_OF_MONTH.format(name=name, month=month))
        ).fetchall()

    checks = connection.execute(_CHECKS, [month]).fetchall()
    claims = connection.execute(_CHECK_CLAIMS, [month, month]).fetchall()
    provider = connection.execute(_PROVIDER_ADJUSTMENTS, [month]).fetchall()
    of_claims, of_lines = _adjustments(query(_CHECK_ADJUSTMENTS, "adjustments"))
    return Remittances(
        checks=list(map(Check._make, checks)),
        claims=_by_parent(claims, CheckClaim._make),
        lines=_by_parent(query(_CHECK_LINES, "lines"), CheckLine._make),
        claim_adjustments=of_claims,
        line_adjustments=of_lines,
        provider_adjustments=_by_parent(provider, ProviderAdjustment._make),
    )


def claims_of(connection: duckdb.DuckDBPyConnection, month: int) -> Claims:
    """The claim versions that were sent in a month."""

    def query(sql: str, name: str) -> list[tuple[Any, ...]]:
        return connection.execute(sql.format(where=_OF_FIRST_PAYERS.format(name=name))).fetchall()

    rows = connection.execute(_CLAIMS, [month, month]).fetchall()
    lines = connection.execute(_CLAIM_LINES, [month, month]).fetchall()
    sent = connection.execute("select count(*) from claims where month = ?", [month]).fetchall()
    claims = Claims(
        claims=list(map(Claim._make, rows)),
        lines=_by_parent(lines, ClaimLine._make),
        left_out=sent[0][0] - len(rows),
    )
    connection.execute(_FIRST_PAYERS, [month])
    decided = connection.execute(_DECIDED).fetchall()
    if decided:
        claims.decided = {row[0]: FirstPayer._make(row) for row in decided}
        claims.decided_lines = _by_parent(query(_CHECK_LINES, "lines"), CheckLine._make)
        claims.decided_claim_adjustments, claims.decided_line_adjustments = _adjustments(
            query(_CHECK_ADJUSTMENTS, "adjustments")
        )
    return claims


def _by_parent(
    rows: Iterable[tuple[Any, ...]], make: Callable[[Iterable[Any]], Item]
) -> dict[str, list[Item]]:
    """Rows by their first column, which is the id of their parent."""
    grouped: dict[str, list[Item]] = {}
    for row in rows:
        grouped.setdefault(row[0], []).append(make(row))
    return grouped


def _adjustments(
    rows: Iterable[tuple[Any, ...]],
) -> tuple[dict[str, list[Triplet]], dict[str, list[Triplet]]]:
    """The triplets of whole claims by claim, and those of lines by line."""
    of_claims: dict[str, list[Triplet]] = {}
    of_lines: dict[str, list[Triplet]] = {}
    for claim_id, line_id, *triplet in rows:
        target = (
            of_claims.setdefault(claim_id, [])
            if line_id is None
            else of_lines.setdefault(line_id, [])
        )
        target.append((triplet[0], triplet[1], triplet[2], triplet[3]))
    return of_claims, of_lines
