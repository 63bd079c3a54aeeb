"""Arrow columns made from whole numbers without a Python object per value.

Lengths are those of the arrays given; days count from 1970-01-01, money is in cents.
"""

import datetime as dt
from collections.abc import Callable, Sequence
from functools import cache

import numpy as np
import pyarrow as pa

from data_generator.arrays import EPOCH, Array

MONEY = pa.decimal128(14, 2)
UNITS = pa.decimal128(10, 2)
_NIGHTLY_DROP = (23 * 3600 + 30 * 60) * 1_000_000
_DAY = 86_400 * 1_000_000
_NO_DAY = 200_000
"""Day numbers from here on, such as NEVER, stand for no day."""
_FOUR_DIGITS = np.array([f"{number:04d}" for number in range(10_000)], dtype="S4").view("u4")


def codes(*parts: str | tuple[Array, int], valid: Array | None = None) -> pa.Array:
    """Text of one width: literal parts and whole numbers with leading zeros, as (values, width).

    Null where `valid` is false. Raises ValueError when a number is too large for its width.
    """
    size = next(len(part[0]) for part in parts if not isinstance(part, str))
    width = sum(len(part) if isinstance(part, str) else part[1] for part in parts)
    text = np.empty((size, width), dtype=np.uint8)
    place = 0
    for part in parts:
        if isinstance(part, str):
            text[:, place : place + len(part)] = np.frombuffer(part.encode("ascii"), np.uint8)
            place += len(part)
        else:
            values, digits = part
            _write_digits(text[:, place : place + digits], values)
            place += digits
    offsets = np.arange(size + 1, dtype=np.int64) * width
    if offsets[-1] >= 2**31:
        raise ValueError(f"{size} codes of {width} characters exceed one Arrow array")
    buffers = [_validity(valid), pa.py_buffer(offsets.astype(np.int32)), pa.py_buffer(text)]
    return pa.Array.from_buffers(pa.string(), size, buffers)


def _write_digits(target: Array, values: Array) -> None:
    digits = target.shape[1]
    rest = values.astype(np.int64)
    if len(rest) and (rest.min() < 0 or rest.max() >= 10**digits):
        raise ValueError(f"a number from {rest.min()} to {rest.max()} has no {digits} digits")
    while digits > 0:
        rest, low = np.divmod(rest, 10_000) if digits > 4 else (rest, rest)
        chunk = min(4, digits)
        block = _FOUR_DIGITS[low].view(np.uint8).reshape(len(rest), 4)
        target[:, digits - chunk : digits] = block[:, 4 - chunk :]
        digits -= chunk


def _validity(valid: Array | None) -> pa.Buffer | None:
    if valid is None or valid.all():
        return None
    return pa.py_buffer(np.packbits(valid, bitorder="little"))


def pick(labels: Sequence[str | None] | pa.Array, index: Array) -> pa.Array:
    """The label of each index; null for a negative one."""
    words = labels if isinstance(labels, pa.Array) else pa.array(labels, pa.string())
    index = index.astype(np.int32)
    if len(index) and index.min() < 0:
        return words.take(pa.array(index, mask=index < 0))
    return words.take(pa.array(index))


def text(values: Sequence[str | None]) -> pa.Array:
    """Text as it is."""
    return pa.array(values, pa.string())


def constant(value: str | None, size: int) -> pa.Array:
    """The same text, or null, in every row."""
    return pa.repeat(pa.scalar(value, pa.string()), size)


def money(cents: Array) -> pa.Array:
    """Dollars and cents."""
    return _decimal(cents.astype(np.int64), MONEY)


def units(values: Array) -> pa.Array:
    """Whole units of service."""
    return _decimal(values.astype(np.int64) * 100, UNITS)


def _decimal(hundredths: Array, kind: pa.DataType) -> pa.Array:
    words = np.empty((len(hundredths), 2), dtype=np.int64)
    words[:, 0] = hundredths
    words[:, 1] = hundredths >> 63
    return pa.Array.from_buffers(kind, len(hundredths), [None, pa.py_buffer(words)])


def integers(values: Array) -> pa.Array:
    """32-bit whole numbers."""
    return pa.array(values.astype(np.int32))


def bigints(values: Array) -> pa.Array:
    """64-bit whole numbers."""
    return pa.array(values.astype(np.int64))


def booleans(values: Array) -> pa.Array:
    """True and false."""
    return pa.array(values.astype(bool))


def dates(days: Array, last: Array | int | None = None) -> pa.Array:
    """Dates; null after `last`."""
    days = days.astype(np.int32)
    mask = days > last if last is not None else None
    return pa.array(days, mask=mask).cast(pa.date32())


def date_texts(days: Array, style: str, last: Array | int | None = None) -> pa.Array:
    """Dates as text in a strftime style; null after `last`."""
    words, place = _words_by_day(days, lambda day: _format(day, style))
    if last is not None:
        place = np.where(days > last, -1, place)
    return pick(words, place)


@cache
def _format(day: int, style: str) -> str:
    return (EPOCH + dt.timedelta(days=day)).strftime(style)


def loaded_at(days: Array) -> pa.Array:
    """23:30 of each day, when the nightly drop arrives."""
    stamps = days.astype(np.int64) * _DAY + _NIGHTLY_DROP
    return pa.array(stamps).cast(pa.timestamp("us"))


def labels_by_day(days: Array, make: Callable[[str], str]) -> pa.Array:
    """The text that `make` gives for each day, written as yyyy-mm-dd."""
    words, place = _words_by_day(
        days, lambda day: make((EPOCH + dt.timedelta(days=day)).isoformat())
    )
    return pick(words, place)


def _words_by_day(days: Array, make: Callable[[int], str | None]) -> tuple[pa.Array, Array]:
    """The words of the days that occur, and the place of each row's word; -1 for no real day."""
    is_real = np.abs(days) < _NO_DAY
    if not is_real.any():
        return pa.array([None], pa.string()), np.full(len(days), -1)
    first = int(days.min(where=is_real, initial=_NO_DAY))
    place = np.where(is_real, days - first, -1)
    # sorting the days of a large part would take longer than all the rest
    occurs = np.bincount(place[is_real])
    words = [make(first + day) if count else None for day, count in enumerate(occurs.tolist())]
    return pa.array(words, pa.string()), place
