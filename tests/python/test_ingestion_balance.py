"""Whatever an 835 holds: when its money adds up it is read, and no amount can change unseen."""

import datetime as dt
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path

import oxedi
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ingestion.x12.load import parse
from ingestion.x12.segments import RefusedFileError

FIXTURES = Path(__file__).resolve().parents[1] / "fixtures" / "x12"
ZERO = Decimal(0)
CENTS = st.integers(-(10**7), 10**7).map(lambda cents: Decimal(cents) / 100)
ADJUSTMENTS = st.lists(
    st.tuples(st.sampled_from(["CO", "PR", "OA", "PI"]), st.sampled_from(["45", "1", "29"]), CENTS),
    max_size=8,
)


@dataclass(frozen=True)
class ClaimSpec:
    """A claim's lines (charge, adjustments) or, without lines, its own charge; its adjustments."""

    charge: Decimal
    lines: list[tuple[Decimal, list[tuple[str, str, Decimal]]]]
    adjustments: list[tuple[str, str, Decimal]]

    @property
    def billed(self) -> Decimal:
        """CLP03."""
        return sum((charge for charge, _ in self.lines), ZERO) if self.lines else self.charge

    @property
    def paid(self) -> Decimal:
        """CLP04."""
        items = [*self.adjustments, *(item for _, own in self.lines for item in own)]
        return self.billed - sum((amount for _, _, amount in items), ZERO)


CLAIMS = st.builds(
    ClaimSpec,
    charge=CENTS,
    lines=st.lists(st.tuples(CENTS, ADJUSTMENTS), max_size=3),
    adjustments=ADJUSTMENTS,
)


def cas(items: list[tuple[str, str, Decimal]]) -> list[list[str]]:
    """CAS segments: neighbours of one group share a segment, up to six of them."""
    segments: list[list[str]] = []
    for group, carc, amount in items:
        if segments and segments[-1][1] == group and len(segments[-1]) < 20:
            segments[-1] += [carc, str(amount), ""]
        else:
            segments.append(["CAS", group, carc, str(amount), ""])
    return segments


def transaction(claims: list[ClaimSpec], withheld: list[Decimal]) -> list[list[str]]:
    """The segments of a transaction that balances, as lists of elements."""
    payment = sum((claim.paid for claim in claims), ZERO) - sum(withheld, ZERO)
    segments = [
        ["ST", "835", "0001"],
        ["BPR", "I", str(payment), "C", "CHK", *[""] * 11, "20251215"],
        ["TRN", "1", "T1", "1999999999"],
        ["N1", "PR", "PAYER"],
        ["N1", "PE", "PAYEE", "XX", "1234567893"],
        ["LX", "1"],
    ]
    for claim in claims:
        segments.append(["CLP", "A1", "1", str(claim.billed), str(claim.paid), "", "12", "ICN"])
        segments += cas(claim.adjustments)
        segments.append(["NM1", "QC", "1", "DOE"])
        for charge, items in claim.lines:
            paid = charge - sum((amount for _, _, amount in items), ZERO)
            segments.append(["SVC", "HC:99213", str(charge), str(paid), "", "1"])
            segments += cas(items)
    for amount in withheld:
        segments.append(["PLB", "1234567893", "20251231", "WO:X", str(amount)])
    return [*segments, ["SE", str(len(segments) + 1), "0001"]]


def interchange(segments: list[list[str]]) -> bytes:
    """The file around a transaction."""
    header = (
        "ISA*00*          *00*          *ZZ*SENDER         *ZZ*RECEIVER       "
        "*251214*0600*^*00501*000000001*0*P*:~GS*HP*SENDER*RECEIVER*20251214*0600*1*X*005010X221A1~"
    )
    body = "".join("*".join(segment).rstrip("*") + "~" for segment in segments)
    return f"{header}{body}GE*1*1~IEA*1*000000001~".encode()


def amount_places(segments: list[list[str]]) -> list[tuple[int, int]]:
    """Segment and element of every amount that takes part in the balance."""
    fixed = {"BPR": [2], "CLP": [3, 4], "SVC": [2, 3], "PLB": [4]}
    return [
        (index, element)
        for index, segment in enumerate(segments)
        for element in (
            range(3, len(segment), 3) if segment[0] == "CAS" else fixed.get(segment[0], [])
        )
    ]


@settings(max_examples=60, deadline=None)
@given(claims=st.lists(CLAIMS, min_size=1, max_size=4), withheld=st.lists(CENTS, max_size=2))
def test_what_balances_is_read_to_the_cent(
    claims: list[ClaimSpec], withheld: list[Decimal]
) -> None:
    (found,) = parse(interchange(transaction(claims, withheld))).remittances
    assert [(claim.billed_amount, claim.paid_amount) for claim in found.claims] == [
        (claim.billed, claim.paid) for claim in claims
    ]
    assert [[item.amount for item in claim.all_adjustments()] for claim in found.claims] == [
        [
            amount
            for items in [claim.adjustments, *(own for _, own in claim.lines)]
            for _, _, amount in items
        ]
        for claim in claims
    ]
    assert [item.amount for item in found.provider_adjustments] == withheld
    assert found.payment_date == dt.date(2025, 12, 15)


@settings(max_examples=150, deadline=None)
@given(
    claims=st.lists(CLAIMS, min_size=1, max_size=3),
    withheld=st.lists(CENTS, max_size=2),
    change=CENTS.filter(bool),
    data=st.data(),
)
def test_changing_any_one_amount_is_refused(
    claims: list[ClaimSpec], withheld: list[Decimal], change: Decimal, data: st.DataObject
) -> None:
    segments = transaction(claims, withheld)
    index, element = data.draw(st.sampled_from(amount_places(segments)))
    segments[index][element] = str(Decimal(segments[index][element]) + change)
    with pytest.raises(RefusedFileError, match=r"does not balance|the lines' charges are"):
        parse(interchange(segments))


@settings(max_examples=300, deadline=None)
@given(
    name=st.sampled_from(["emedny_sample.835", "managed-care.835", "several-adjustments.835"]),
    flips=st.lists(
        st.tuples(st.integers(106, 10**6), st.sampled_from(b"*~:0123456789-.AZ\n ")), max_size=3
    ),
)
def test_flipped_bytes_never_crash_and_never_pass_another_reader_s_balance(
    name: str, flips: list[tuple[int, int]]
) -> None:
    content = bytearray((FIXTURES / name).read_bytes())
    for place, byte in flips:
        content[106 + place % (len(content) - 106)] = byte
    try:
        parse(bytes(content))
    except RefusedFileError:
        return
    # oxedi's own balancing rules are independent of ours
    kinds = {finding.kind for finding in oxedi.parse(bytes(content)).diagnostics}
    assert "BalanceMismatch" not in kinds
