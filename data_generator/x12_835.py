"""835 (005010X221A1): a payment of a payer to a facility, with the claims that it settles."""

import zlib
from collections.abc import Iterator, Sequence

from data_generator.x12_rows import Check, CheckClaim, CheckLine, ProviderAdjustment, Remittances
from data_generator.x12_segments import (
    Envelope,
    address,
    adjustments,
    composite,
    interchange,
    segment,
    transaction,
)

VERSION = "005010X221A1"
RECEIVER = "BILLINGOFFICE"
_ROUTING_NUMBER = "999999992"
"""No bank has it, though its check digit is right."""
_PAIRS_IN_SEGMENT = 6
_INPATIENT = "11"


def files(month: Remittances) -> Iterator[tuple[str, str]]:
    """The month's files, as names without suffix and contents: one per payer and day.

    Each payment is a transaction of its own.
    """
    for (date, payer_id), checks in _by_file(month.checks).items():
        envelope = Envelope(
            sender=payer_id or "UNKNOWN",
            receiver=RECEIVER,
            date=date,
            control=int(date[2:]) * 1000 + 1,
            functional_group="HP",
            version=VERSION,
        )
        bodies = (_payment(check, month) for check in checks)
        transactions = [transaction(["835"], i, body) for i, body in enumerate(bodies, 1)]
        yield (
            f"{date[:4]}-{date[4:6]}-{date[6:]}_{envelope.sender}",
            interchange(envelope, transactions),
        )


def _by_file(checks: Sequence[Check]) -> dict[tuple[str, str], list[Check]]:
    grouped: dict[tuple[str, str], list[Check]] = {}
    for check in checks:
        grouped.setdefault((check.date, check.payer_id), []).append(check)
    return grouped


def tax_id(name: str) -> str:
    """Nine digits for an organisation; none has a tax number that starts with 00."""
    return f"00{zlib.crc32(name.encode()) % 10**7:07d}"


def _payment(check: Check, month: Remittances) -> list[str]:
    payer_tax = tax_id(check.payer_id)
    segments = [
        _financial(check, "1" + payer_tax),
        segment("TRN", "1", check.trace, "1" + payer_tax),
    ]
    if check.production_date:
        segments.append(f"DTM*405*{check.production_date}")
    segments.append(segment("N1", "PR", check.payer_name, "XV", check.payer_id))
    segments += address(f"PO BOX {zlib.crc32(check.payer_id.encode()) % 9000 + 1000}",
                        check.payer_state)  # fmt: skip
    segments.append("PER*BL*PROVIDER SERVICES*TE*8005550100")
    segments.append(segment("N1", "PE", check.payee_name, "XX", check.payee_npi))
    segments.append(f"REF*TJ*{tax_id(check.payee_npi)}")
    claims = month.claims.get(check.remittance_id, ())
    if claims:
        segments.append("LX*1")
    for claim in claims:
        lines = month.lines.get(claim.remittance_claim_id, ())
        segments += _claim(claim, month)
        for line in lines:
            segments += _line(line, month)
    segments += _provider_adjustments(month.provider_adjustments.get(check.remittance_id, ()))
    return segments


def _financial(check: Check, payer: str) -> str:
    """BPR: H tells a payment of nothing; a bank transfer names both accounts."""
    if check.method in ("ACH", "FWT"):
        account = tax_id(check.payee_npi + check.payer_id)
        bank = ("01", _ROUTING_NUMBER, "DA")
        form = "CCP" if check.method == "ACH" else ""
        return segment(
            *("BPR", "I", check.amount, "C", check.method, form, *bank, payer[1:], payer, ""),
            *(*bank, account, check.payment_date),
        )
    handling = "H" if check.method == "NON" else "I"
    return segment("BPR", handling, check.amount, "C", check.method, *[""] * 11, check.payment_date)


def _claim(claim: CheckClaim, month: Remittances) -> list[str]:
    segments = [
        segment(
            *("CLP", claim.control, claim.status, claim.billed, claim.paid, claim.owed),
            *(claim.filing, claim.payer_control, claim.facility_type, claim.frequency),
            *("", claim.drg),
        )
    ]
    segments += adjustments(month.claim_adjustments.get(claim.remittance_claim_id, ()))
    identified = ("MI", claim.member_id) if claim.member_id else ()
    segments.append(
        segment("NM1", "QC", "1", claim.last_name, claim.first_name, "", "", "", *identified)
    )
    if claim.claim_type == "P" and claim.rendering_npi:
        names = (claim.rendering_last_name, claim.rendering_first_name)
        segments.append(segment("NM1", "82", "1", *names, "", "", "", "XX", claim.rendering_npi))
    if claim.next_payer_id:
        segments.append(f"NM1*TT*2*{claim.next_payer_name}*****PI*{claim.next_payer_id}")
    if claim.remark_1 or claim.remark_2:
        segments.append(_remarks(claim))
    if claim.patient_id:
        segments.append(f"REF*EA*{claim.patient_id}")
    dates = (("232", claim.from_date), ("233", claim.to_date), ("050", claim.received))
    segments += [f"DTM*{qualifier}*{date}" for qualifier, date in dates if date]
    if claim.covered:
        segments.append(f"AMT*AU*{claim.covered}")
    return segments


def _remarks(claim: CheckClaim) -> str:
    """Remark codes of the whole claim: MIA for a stay, MOA for all else."""
    if claim.claim_type == "I" and claim.facility_type == _INPATIENT:
        codes = ("", "", "", claim.remark_1, *[""] * 14, claim.remark_2)
        return segment("MIA", "0", *codes)
    return segment("MOA", "", "", claim.remark_1, claim.remark_2)


def _line(line: CheckLine, month: Remittances) -> list[str]:
    if line.procedure:
        service = composite("HC", line.procedure, line.modifier_1, line.modifier_2)
        revenue = line.revenue
    else:
        service, revenue = f"NU:{line.revenue}", ""
    original = f"HC:{line.original_procedure}" if line.original_procedure else ""
    segments = [segment("SVC", service, line.billed, line.paid, revenue, line.units, original)]
    if line.service_date:
        segments.append(f"DTM*472*{line.service_date}")
    segments += adjustments(month.line_adjustments.get(line.remittance_line_id, ()))
    if line.control:
        segments.append(f"REF*6R*{line.control}")
    if line.allowed:
        segments.append(f"AMT*B6*{line.allowed}")
    segments += [f"LQ*HE*{code}" for code in (line.remark_1, line.remark_2) if code]
    return segments


def _provider_adjustments(items: Sequence[ProviderAdjustment]) -> Iterator[str]:
    """PLB segments: one per provider and fiscal period, up to six pairs each."""
    groups: dict[tuple[str, str], list[ProviderAdjustment]] = {}
    for item in items:
        groups.setdefault((item.provider, item.fiscal_date), []).append(item)
    for (provider, fiscal_date), pairs in groups.items():
        for first in range(0, len(pairs), _PAIRS_IN_SEGMENT):
            elements = [
                element
                for pair in pairs[first : first + _PAIRS_IN_SEGMENT]
                for element in (composite(pair.reason, pair.reference), pair.amount)
            ]
            yield segment("PLB", provider, fiscal_date, *elements)
