"""An 835's remittances as objects, whose fields are named as the raw contract's columns.

Remittance (ST to SE)
    Claim (CLP)
        Adjustment (a CAS triplet of the whole claim)
        Line (SVC)
            Adjustment (a CAS triplet of the line)
    ProviderAdjustment (a PLB pair)
"""

import datetime as dt
from collections.abc import Iterator
from dataclasses import dataclass, field
from decimal import Decimal

from ingestion.x12.segments import Segment
from ingestion.x12.values import amount, date, name, quantity, required_amount

ZERO = Decimal("0.00")
REVENUE_CODE_QUALIFIER = "NU"
# NM108 may also say 34, a social security number, which is no member number and not kept.
MEMBER_ID_QUALIFIERS = {"HN", "II", "MI", "MR"}
KEPT_MODIFIERS = 2
KEPT_REMARK_CODES = 2
CLAIM_REMARK_ELEMENTS = {"MIA": (5, 20, 21, 22, 23), "MOA": (3, 4, 5, 6, 7)}


@dataclass(slots=True)
class Adjustment:
    """One CAS triplet; `ordinal` counts the triplets of its segment from 1."""

    segment: Segment
    ordinal: int
    group_code: str
    carc: str
    amount: Decimal
    quantity: Decimal | None


@dataclass(slots=True)
class ProviderAdjustment:
    """One PLB pair; `ordinal` counts the pairs of its segment from 1."""

    segment: Segment
    ordinal: int
    provider_identifier: str | None
    fiscal_period_date: dt.date | None
    reason_code: str | None
    reference_id: str | None
    amount: Decimal


@dataclass(slots=True)
class Line:
    """One SVC loop."""

    segment: Segment
    procedure_code: str | None
    modifier_1: str | None
    modifier_2: str | None
    original_procedure_code: str | None
    revenue_code: str | None
    units: Decimal | None
    billed_amount: Decimal
    paid_amount: Decimal
    line_control_number: str | None = None
    allowed_amount: Decimal | None = None
    service_date: dt.date | None = None
    remark_codes: list[str] = field(default_factory=list)
    adjustments: list[Adjustment] = field(default_factory=list)


@dataclass(slots=True)
class Claim:
    """One CLP loop."""

    segment: Segment
    patient_control_number: str | None
    claim_status_code: str | None
    billed_amount: Decimal
    paid_amount: Decimal
    patient_responsibility_amount: Decimal | None
    claim_filing_indicator_code: str | None
    payer_claim_control_number: str | None
    facility_type_code: str | None
    frequency_code: str | None
    drg_code: str | None
    member_id: str | None = None
    statement_from_date: dt.date | None = None
    statement_to_date: dt.date | None = None
    received_date: dt.date | None = None
    coverage_amount: Decimal | None = None
    remark_codes: list[str] = field(default_factory=list)
    adjustments: list[Adjustment] = field(default_factory=list)
    lines: list[Line] = field(default_factory=list)

    def all_adjustments(self) -> Iterator[Adjustment]:
        """The claim's own adjustments and its lines'."""
        yield from self.adjustments
        for line in self.lines:
            yield from line.adjustments


@dataclass(slots=True)
class Remittance:
    """One transaction; `segment` is its BPR, `header` its ST."""

    header: Segment
    segment: Segment
    payment_amount: Decimal
    payment_method_code: str | None
    payment_date: dt.date | None
    payment_date_text: str | None
    trace_number: str | None = None
    payer_id: str | None = None
    payer_name: str | None = None
    payee_npi: str | None = None
    production_date: dt.date | None = None
    claims: list[Claim] = field(default_factory=list)
    provider_adjustments: list[ProviderAdjustment] = field(default_factory=list)


class RemittanceReader:
    """Turns the segments of a file, one after another, into remittances.

    What is missing or odd without touching the money (a date that no calendar has, a third
    modifier) is left out and counted in `warnings()`. What touches the money raises
    RefusedFileError.
    """

    def __init__(self) -> None:
        """Nothing read yet."""
        self.remittances: list[Remittance] = []
        self._header: Segment | None = None
        self._remittance: Remittance | None = None
        self._claim: Claim | None = None
        self._line: Line | None = None
        self._oddities: dict[str, tuple[int, Segment, str]] = {}

    def read(self, segments: list[Segment]) -> list[Remittance]:
        """The remittances in these segments, in the order of the file."""
        for segment in segments:
            self._read_segment(segment)
        return self.remittances

    def warnings(self) -> list[str]:
        """One sentence per kind of oddity, with the first place and how many more there are."""
        return [
            f"{what}: {text!r} at segment {first.position}"
            + (f" and {count - 1} more" if count > 1 else "")
            for what, (count, first, text) in self._oddities.items()
        ]

    def _read_segment(self, segment: Segment) -> None:
        match segment.name:
            case "ST":
                self._start(segment)
            case "BPR":
                self._read_payment(segment)
            case "SE":
                self._end(segment)
            case "CLP":
                self._read_claim(segment)
            case "SVC":
                self._read_line(segment)
            case "CAS":
                self._read_adjustments(segment)
            case "PLB":
                self._read_provider_adjustments(segment)
            case "LX":
                self._claim = self._line = None
            case _ if self._line:
                self._read_line_detail(segment, self._line)
            case _ if self._claim:
                self._read_claim_detail(segment, self._claim)
            case _ if self._remittance:
                self._read_remittance_detail(segment, self._remittance)

    def _start(self, segment: Segment) -> None:
        if self._header:
            raise segment.refuse("a transaction starts before the last one ended (SE)")
        self._header = segment

    def _end(self, segment: Segment) -> None:
        if not self._remittance:
            raise segment.refuse("the transaction ends without a payment (BPR)")
        self._header = self._remittance = self._claim = self._line = None

    def _read_payment(self, segment: Segment) -> None:
        if not self._header:
            raise segment.refuse("a payment outside of a transaction (ST)")
        if self._remittance:
            raise segment.refuse("a second payment (BPR) in one transaction")
        payment_date = self._date(segment, 16)
        self._remittance = Remittance(
            header=self._header,
            segment=segment,
            payment_amount=required_amount(segment, 2),
            payment_method_code=segment.get(4),
            payment_date=payment_date,
            payment_date_text=segment.get(16) if payment_date is None else None,
        )
        self.remittances.append(self._remittance)

    def _read_remittance_detail(self, segment: Segment, remittance: Remittance) -> None:
        match segment.name, segment.get(1):
            case "TRN", _:
                remittance.trace_number = segment.get(2)
            case "CUR", _ if segment.get(2) not in (None, "USD"):
                raise segment.refuse("the amounts are not in US dollars")
            case "N1", "PR":
                remittance.payer_name = segment.get(2)
                remittance.payer_id = segment.get(4)
            case "N1", "PE" if segment.get(3) == "XX":
                remittance.payee_npi = segment.get(4)
            case "DTM", "405":
                remittance.production_date = self._date(segment, 2)

    def _read_claim(self, segment: Segment) -> None:
        if not self._remittance:
            raise segment.refuse("a claim outside of a payment (ST, BPR)")
        self._line = None
        self._claim = Claim(
            segment=segment,
            patient_control_number=segment.get(1),
            claim_status_code=segment.get(2),
            billed_amount=required_amount(segment, 3),
            paid_amount=required_amount(segment, 4),
            patient_responsibility_amount=amount(segment, 5),
            claim_filing_indicator_code=segment.get(6),
            payer_claim_control_number=segment.get(7),
            facility_type_code=segment.get(8),
            frequency_code=segment.get(9),
            drg_code=segment.get(11),
        )
        self._remittance.claims.append(self._claim)

    def _read_claim_detail(self, segment: Segment, claim: Claim) -> None:
        match segment.name, segment.get(1):
            case "NM1", "QC" | "IL":
                if segment.get(8) in MEMBER_ID_QUALIFIERS:
                    claim.member_id = claim.member_id or segment.get(9)
            case "DTM", "232":
                claim.statement_from_date = self._date(segment, 2)
            case "DTM", "233":
                claim.statement_to_date = self._date(segment, 2)
            case "DTM", "050":
                claim.received_date = self._date(segment, 2)
            case "AMT", "AU":
                claim.coverage_amount = amount(segment, 2)
            case ("MIA" | "MOA") as kind, _:
                for element in CLAIM_REMARK_ELEMENTS[kind]:
                    self._add_remark_code(claim.remark_codes, segment, segment.get(element))

    def _read_line(self, segment: Segment) -> None:
        if not self._claim:
            raise segment.refuse("a service line outside of a claim (CLP)")
        is_revenue_line = segment.get(1, 1) == REVENUE_CODE_QUALIFIER
        code = segment.get(1, 2)
        modifiers = [segment.get(1, component) for component in range(3, 7)]
        given = [modifier for modifier in modifiers if modifier]
        if len(given) > KEPT_MODIFIERS:
            self._note("more than two modifiers, the first two kept", segment)
        if code is None:
            self._note("SVC01 holds no code", segment)
        is_code_changed = segment.get(6, 1) not in (None, REVENUE_CODE_QUALIFIER)
        self._line = Line(
            segment=segment,
            procedure_code=None if is_revenue_line else code,
            modifier_1=given[0] if given else None,
            modifier_2=given[1] if len(given) > 1 else None,
            original_procedure_code=segment.get(6, 2) if is_code_changed else None,
            revenue_code=code if is_revenue_line else segment.get(4),
            units=quantity(segment, 5),
            billed_amount=self._line_amount(segment, 2),
            paid_amount=self._line_amount(segment, 3),
        )
        self._claim.lines.append(self._line)

    def _read_line_detail(self, segment: Segment, line: Line) -> None:
        match segment.name, segment.get(1):
            case "DTM", "472":
                line.service_date = self._date(segment, 2)
            case "DTM", "150":
                line.service_date = line.service_date or self._date(segment, 2)
            case "REF", "6R":
                line.line_control_number = segment.get(2)
            case "AMT", "B6":
                line.allowed_amount = amount(segment, 2)
            case "LQ", "HE":
                self._add_remark_code(line.remark_codes, segment, segment.get(2))

    def _read_adjustments(self, segment: Segment) -> None:
        holder = self._line or self._claim
        if not holder:
            raise segment.refuse("an adjustment outside of a claim (CLP)")
        for ordinal in range(1, 7):
            first = 3 * ordinal - 1
            carc, adjusted = segment.get(first), amount(segment, first + 1)
            if carc is None and adjusted is None:
                continue
            group = segment.get(1)
            if carc is None or adjusted is None or group is None:
                raise segment.refuse(
                    f"triplet {ordinal} lacks its group, reason or amount "
                    f"({name(segment, first)}, {name(segment, first + 1)})"
                )
            units = quantity(segment, first + 2)
            holder.adjustments.append(Adjustment(segment, ordinal, group, carc, adjusted, units))

    def _read_provider_adjustments(self, segment: Segment) -> None:
        if not self._remittance:
            raise segment.refuse("a provider adjustment outside of a payment (ST, BPR)")
        self._claim = self._line = None
        fiscal_period_date = self._date(segment, 2)
        for ordinal in range(1, 7):
            first = 2 * ordinal + 1
            if segment.get(first) is None and segment.get(first + 1) is None:
                continue
            self._remittance.provider_adjustments.append(
                ProviderAdjustment(
                    segment=segment,
                    ordinal=ordinal,
                    provider_identifier=segment.get(1),
                    fiscal_period_date=fiscal_period_date,
                    reason_code=segment.get(first, 1),
                    reference_id=segment.get(first, 2),
                    amount=required_amount(segment, first + 1),
                )
            )

    def _line_amount(self, segment: Segment, element: int) -> Decimal:
        """SVC02 or SVC03; nothing there is zero, which the balance of line and claim proves."""
        value = amount(segment, element)
        if value is None:
            self._note(f"SVC{element:02} is empty, read as 0.00", segment)
            return ZERO
        return value

    def _date(self, segment: Segment, element: int) -> dt.date | None:
        """The date in an element: the amounts beside a date that isn't one are still certain."""
        text = segment.get(element)
        value = date(text)
        if text is not None and value is None:
            self._note(f"{segment.name}{element:02} is no date and left empty", segment, text)
        return value

    def _add_remark_code(self, codes: list[str], segment: Segment, code: str | None) -> None:
        if code is None or code in codes:
            return
        if len(codes) == KEPT_REMARK_CODES:
            self._note("more than two remark codes, the first two kept", segment)
            return
        codes.append(code)

    def _note(self, what: str, segment: Segment, text: str | None = None) -> None:
        count, first, shown = self._oddities.get(what, (0, segment, text or segment.shown))
        self._oddities[what] = count + 1, first, shown
