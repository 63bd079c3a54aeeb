"""Payments that come a second time in another file must not be counted twice.

A file that is sent again is recognised by its content. But payers and clearinghouses also send
the same remittance in a new envelope, with other line breaks, or inside a larger file; its bytes
differ, its money is the same.
"""

import datetime as dt
from decimal import Decimal

from ingestion.warehouse import Warehouse, qualified
from ingestion.x12.remittance import ZERO, Claim, Remittance
from ingestion.x12.rows import CLAIMS, REMITTANCES

# payer, check or EFT number, amount, date, and the date's text when it is no date
Payment = tuple[str | None, str | None, Decimal, dt.date | None, str | None]
ClaimFigures = tuple[str | None, str | None, Decimal, Decimal]


def refuse_repeated_payments(warehouse: Warehouse, remittances: list[Remittance]) -> None:
    """Raise RefusedFileError when a payment is in the warehouse, or earlier in the file.

    One payer's check or EFT number, amount and date make one payment. Payments of nothing often
    share a meaningless number, so those must also hold the same claims.
    """
    seen: dict[Payment, list[tuple[str, list[ClaimFigures]]]] = {}
    traces = sorted({item.trace_number for item in remittances if item.trace_number})
    if not traces:
        return
    marks = ", ".join(["%s"] * len(traces))
    for remittance_id, file_name, *payment in warehouse.query(
        "select remittance_id, _source_file, payer_name, trace_number, payment_amount, "
        f"payment_date, payment_date_text from {qualified(REMITTANCES)} "
        f"where trace_number in ({marks})",
        traces,
    ):
        key: Payment = tuple(payment)
        claims = _loaded_claims(warehouse, remittance_id) if key[2] == ZERO else []
        seen.setdefault(key, []).append((f"loaded from {file_name}", claims))
    for item in remittances:
        if item.trace_number is None:
            continue
        key = (
            item.payer_name,
            item.trace_number,
            item.payment_amount,
            item.payment_date,
            item.payment_date_text,
        )
        claims = _figures(item.claims) if item.payment_amount == ZERO else []
        for where, earlier in seen.get(key, []):
            if earlier == claims:
                raise item.segment.refuse(
                    f"payment {item.trace_number} of {item.payer_name or 'an unnamed payer'} over "
                    f"{item.payment_amount} is there already, {where}"
                )
        seen.setdefault(key, []).append((f"at segment {item.segment.position}", claims))


def _loaded_claims(warehouse: Warehouse, remittance_id: str) -> list[ClaimFigures]:
    rows = warehouse.query(
        "select patient_control_number, payer_claim_control_number, billed_amount, paid_amount "
        f"from {qualified(CLAIMS)} where remittance_id = %s order by claim_sequence",
        [remittance_id],
    )
    return [(row[0], row[1], row[2], row[3]) for row in rows]


def _figures(claims: list[Claim]) -> list[ClaimFigures]:
    return [
        (
            claim.patient_control_number,
            claim.payer_claim_control_number,
            claim.billed_amount,
            claim.paid_amount,
        )
        for claim in claims
    ]
