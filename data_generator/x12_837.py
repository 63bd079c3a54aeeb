"""837P (005010X222A1) and 837I (005010X223A2): the claims that a hospital sent."""

from collections.abc import Iterator, Sequence
from decimal import Decimal
from itertools import groupby

from data_generator.x12_835 import tax_id
from data_generator.x12_rows import CheckLine, Claim, ClaimLine, Claims, FirstPayer
from data_generator.x12_segments import (
    TIME,
    Envelope,
    address,
    adjustments,
    composite,
    interchange,
    segment,
    transaction,
)

VERSIONS = {"P": "005010X222A1", "I": "005010X223A2"}
RECEIVER = "CLEARINGHOUSE"
CLAIMS_IN_TRANSACTION = 5000
"""What the guide recommends at most."""
_CONTROL_SUFFIXES = {"P": 2, "I": 3}
_INPATIENT_BILL, _INPATIENT_PLACE = "11", "21"
_POINTERS = 4


def files(month: Claims) -> Iterator[tuple[str, str]]:
    """The month's files, as names without suffix and contents: one per hospital, type and day."""
    keyed = groupby(month.claims, lambda claim: (claim.submitter_id, claim.claim_type, claim.date))
    for (submitter, claim_type, date), group in keyed:
        claims = list(group)
        version = VERSIONS[claim_type]
        envelope = Envelope(
            sender=submitter,
            receiver=RECEIVER,
            date=date,
            control=int(date[2:]) * 1000 + _CONTROL_SUFFIXES[claim_type],
            functional_group="HC",
            version=version,
        )
        transactions: list[list[str]] = []
        for first in range(0, len(claims), CLAIMS_IN_TRANSACTION):
            number = len(transactions) + 1
            body = [
                f"BHT*0019*00*{submitter}-{date}-{claim_type}-{number}*{date}*{TIME}*CH",
                *_parties(submitter),
                *_providers(claims[first : first + CLAIMS_IN_TRANSACTION], month),
            ]
            transactions.append(transaction(["837", version], number, body))
        yield (
            f"{date[:4]}-{date[4:6]}-{date[6:]}_{submitter}_{claim_type}",
            interchange(envelope, transactions),
        )


def _parties(submitter: str) -> list[str]:
    return [
        f"NM1*41*2*{submitter.replace('_', ' ')}*****46*{submitter}",
        "PER*IC*BILLING OFFICE*TE*8005550101",
        f"NM1*40*2*{RECEIVER}*****46*{RECEIVER}",
    ]


def _providers(claims: Sequence[Claim], month: Claims) -> list[str]:
    """The claims under their billing providers; every patient is the subscriber."""
    segments: list[str] = []
    level = 0
    for npi, group in groupby(claims, lambda claim: claim.billing_npi):
        level += 1
        provider = level
        of_provider = list(group)
        first = of_provider[0]
        segments.append(f"HL*{provider}**20*1")
        segments.append(segment("NM1", "85", "2", first.billing_name, *[""] * 4, "XX", npi))
        segments += address("1 HOSPITAL DRIVE", first.billing_state, "0001")
        segments.append(f"REF*EI*{tax_id(npi)}")
        for claim in of_provider:
            level += 1
            segments.append(f"HL*{level}*{provider}*22*0")
            segments += _subscriber(claim)
            segments += _claim(claim)
            decided = month.decided.get(claim.claim_id)
            if decided:
                segments += _first_payer(claim, decided, month)
            segments += _lines(claim, decided, month)
    return segments


def _filing(code: str, claim_type: str) -> str:
    """Medicare's part A takes institutional claims, part B professional ones."""
    return {"P": "MB", "I": "MA"}[claim_type] if code in ("MA", "MB") else code


def _subscriber(claim: Claim) -> list[str]:
    filing = _filing(claim.filing, claim.claim_type)
    # Medicare after another payer must say why; 12 is working age, by far the most frequent
    insurance_type = "12" if claim.sequence != "P" and filing in ("MA", "MB") else ""
    segments = [
        segment("SBR", claim.sequence, "18", "", "", insurance_type, "", "", "", filing),
        _person("IL", claim, claim.member_id),
    ]
    if claim.street and claim.city:
        segments += [f"N3*{claim.street}", segment("N4", claim.city, claim.state, claim.postal)]
    if claim.birth_day:
        segments.append(f"DMG*D8*{claim.birth_day}*{claim.sex}")
    segments.append(f"NM1*PR*2*{claim.payer_name}*****PI*{claim.payer_id}")
    return segments


def _person(role: str, claim: Claim, member_id: str) -> str:
    last_name = claim.last_name or "UNKNOWN"
    return segment("NM1", role, "1", last_name, claim.first_name, "", "", "", "MI", member_id)


def _claim(claim: Claim) -> list[str]:
    if claim.claim_type == "P":
        segments = [
            f"CLM*{claim.control}*{claim.billed}***{claim.place}:B:{claim.frequency}*Y*A*Y*Y"
        ]
        if claim.place == _INPATIENT_PLACE and claim.from_date:
            segments.append(f"DTP*435*D8*{claim.from_date}")
    else:
        segments = [
            f"CLM*{claim.control}*{claim.billed}***{claim.facility_type}:A:{claim.frequency}"
            "**A*Y*Y",
            f"DTP*434*RD8*{claim.from_date}-{claim.to_date}",
        ]
        if claim.facility_type == _INPATIENT_BILL:
            segments.append(f"DTP*435*D8*{claim.from_date}")
        # priority, origin and discharge status: 9 is unknown, which the raw tables leave it
        segments.append(f"CL1*{'1' if claim.is_emergency else '9'}*9*01")
    if claim.authorization:
        segments.append(f"REF*G1*{claim.authorization}")
    if claim.original_reference and claim.frequency in ("7", "8"):
        segments.append(f"REF*F8*{claim.original_reference}")
    segments.append(f"REF*D9*{claim.claim_id}")
    segments.append(f"REF*EA*{claim.patient_id}")
    segments += _diagnoses(claim)
    role = "82" if claim.claim_type == "P" else "71"
    if claim.rendering_npi:
        names = (claim.rendering_last_name or "UNKNOWN", claim.rendering_first_name)
        segments.append(segment("NM1", role, "1", *names, "", "", "", "XX", claim.rendering_npi))
    return segments


def _diagnoses(claim: Claim) -> list[str]:
    principal, *others = claim.diagnoses
    if claim.claim_type == "P":
        return [segment("HI", f"ABK:{principal}", *(f"ABF:{code}" for code in others))]
    if claim.facility_type == _INPATIENT_BILL:
        # a stay says of each diagnosis whether it was present on admission
        present = ":" * 7 + "Y"
        segments = [f"HI*ABK:{principal}{present}", f"HI*ABJ:{principal}"]
        others = [code + present for code in others]
    else:
        segments = [f"HI*ABK:{principal}"]
        if claim.is_emergency:
            segments.append(f"HI*APR:{principal}")
    if others:
        segments.append(segment("HI", *(f"ABF:{code}" for code in others)))
    return segments


def _first_payer(claim: Claim, decided: FirstPayer, month: Claims) -> list[str]:
    """Loop 2320: what the primary payer decided, for the secondary."""
    certified = "OI***Y*P**Y" if claim.claim_type == "P" else "OI***Y***Y"
    filing = _filing(decided.filing, claim.claim_type)
    segments = [segment("SBR", "P", "18", *[""] * 6, filing)]
    segments += adjustments(month.decided_claim_adjustments.get(decided.remittance_claim_id, ()))
    segments += [
        f"AMT*D*{decided.paid}",
        certified,
        _person("IL", claim, decided.member_id or claim.member_id),
        f"NM1*PR*2*{decided.payer_name}*****PI*{decided.payer_id}",
    ]
    if decided.payer_control:
        segments.append(f"REF*F8*{decided.payer_control}")
    return segments


def _lines(claim: Claim, decided: FirstPayer | None, month: Claims) -> list[str]:
    pointers = ":".join(str(n) for n in range(1, min(_POINTERS, len(claim.diagnoses)) + 1))
    by_control: dict[str, CheckLine] = {}
    if decided:
        by_control = {
            line.control: line for line in month.decided_lines.get(decided.remittance_claim_id, ())
        }
    segments = []
    for number, line in enumerate(month.lines[claim.claim_id], 1):
        segments.append(f"LX*{number}")
        segments.append(_service(claim, line, pointers))
        segments.append(f"DTP*472*D8*{line.service_date}")
        segments.append(f"REF*6R*{line.control}")
        if decided and (adjudicated := by_control.get(line.control)):
            segments += _adjudicated_line(decided, adjudicated, month)
    return segments


def _service(claim: Claim, line: ClaimLine, pointers: str) -> str:
    procedure = _procedure(line)
    if claim.claim_type == "P":
        return segment("SV1", procedure, line.billed, "UN", line.units, "", "", pointers)
    # room and board (010x to 021x) is counted in days
    unit = "DA" if not procedure and "0100" <= line.revenue < "0220" else "UN"
    return segment("SV2", line.revenue, procedure, line.billed, unit, line.units)


def _procedure(line: ClaimLine | CheckLine) -> str:
    if not line.procedure:
        return ""
    return composite("HC", line.procedure, line.modifier_1, line.modifier_2)


def _adjudicated_line(decided: FirstPayer, line: CheckLine, month: Claims) -> list[str]:
    """Loop 2430: the primary's decision on a line, and what it left to the patient."""
    triplets = month.decided_line_adjustments.get(line.remittance_line_id, [])
    payment = (decided.payer_id, line.paid, _procedure(line), line.revenue, line.units)
    left = sum((Decimal(triplet[2]) for triplet in triplets if triplet[0] == "PR"), Decimal())
    return [
        segment("SVD", *payment),
        *adjustments(triplets),
        f"DTP*573*D8*{decided.date}",
        f"AMT*EAF*{left}",
    ]
