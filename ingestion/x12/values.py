"""Texts of X12 elements as money, quantities and dates."""

import datetime as dt
import re
from decimal import ROUND_HALF_UP, Decimal

from ingestion.x12.segments import Segment

CENT = Decimal("0.01")
LIMIT = Decimal(10) ** 12  # numeric(14,2) holds twelve digits before the point
QUANTITY_LIMIT = Decimal(10) ** 8  # numeric(10,2) holds eight

_DECIMAL = re.compile(r"-?([0-9]+\.?[0-9]*|\.[0-9]+)")
_DATE = re.compile(r"[0-9]{8}")


def amount(segment: Segment, element: int) -> Decimal | None:
    """US dollars in an element, to the cent; None when it is empty.

    Raises RefusedFileError for anything that isn't an amount in whole cents: rounding would
    change the money.
    """
    value = _number(segment, element)
    if value is None:
        return None
    if abs(value) >= LIMIT:
        raise segment.refuse(f"{name(segment, element)} has more than twelve digits")
    if value != value.quantize(CENT):
        raise segment.refuse(f"{name(segment, element)} has a fraction of a cent")
    return value.quantize(CENT)


def required_amount(segment: Segment, element: int) -> Decimal:
    """US dollars in an element that can't be empty. Raises RefusedFileError."""
    value = amount(segment, element)
    if value is None:
        raise segment.refuse(f"{name(segment, element)} is empty where an amount must be")
    return value


def quantity(segment: Segment, element: int) -> Decimal | None:
    """Units in an element, rounded to two decimals; None when it is empty.

    Raises RefusedFileError for what isn't a number.
    """
    value = _number(segment, element)
    if value is None:
        return None
    if abs(value) >= QUANTITY_LIMIT:
        raise segment.refuse(f"{name(segment, element)} has more than eight digits")
    return value.quantize(CENT, ROUND_HALF_UP)


def date(text: str | None) -> dt.date | None:
    """The date that CCYYMMDD means; None when the text is empty or there is no such day."""
    if text is None or not _DATE.fullmatch(text):
        return None
    try:
        return dt.date(int(text[:4]), int(text[4:6]), int(text[6:]))
    except ValueError:
        return None


def name(segment: Segment, element: int) -> str:
    """The element's X12 name and its text, such as CLP04 'x'."""
    return f"{segment.name}{element:02} {segment.get(element) or ''!r}"


def _number(segment: Segment, element: int) -> Decimal | None:
    text = segment.get(element)
    if text is None:
        return None
    if not _DECIMAL.fullmatch(text) or segment.get(element, 2) is not None:
        raise segment.refuse(f"{name(segment, element)} is not a number")
    return Decimal(text)
