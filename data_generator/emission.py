"""Rows on their way: kept on disk by month of arrival until that month is written."""

import os
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from data_generator.arrays import Array, Rows

_WIDTHS = (np.int8, np.int16, np.int32)
_PLACE = np.dtype(np.int32)

Order = tuple[int, int, int]
"""Month of service (yyyymm), number of a block in it and of a part of that: what orders the rows of
one day."""


@dataclass(frozen=True)
class _Column:
    """How a column lies in a chunk; a constant one is written once."""

    name: str
    kind: np.dtype
    is_constant: bool


@dataclass(frozen=True)
class _Chunk:
    """Rows of one block that arrive in one month, ordered by day, column after column in a file.

    At `offset` stand the places where each day of the month begins, then the columns.
    """

    order: Order
    offset: int
    size: int
    day: str
    columns: tuple[_Column, ...]


class Spill:
    """Rows of every table by month of arrival; what arrives outside the period is dropped.

    `starts` are the first days of the months, and the day after the end as its last element;
    `after` is the last day that is not wanted. Memory holds an index only. What is taken depends
    on the rows and the `order` of their blocks, not on when the blocks came.
    """

    def __init__(self, folder: Path, starts: Array, after: int | None = None) -> None:
        """Keep the rows in files in `folder`, which must exist."""
        self._folder = folder
        self._starts = starts.astype(np.int64)
        self._after = int(starts[0]) - 1 if after is None else after
        self._index: dict[int, dict[str, list[_Chunk]]] = {}
        self._layouts: dict[tuple[_Column, ...], tuple[_Column, ...]] = {}

    def add(self, table: str, rows: Rows, order: Order, day: str = "arrival") -> None:
        """Keep rows; their column `day` decides the month."""
        days = rows[day]
        wanted = np.flatnonzero((days > self._after) & (days < self._starts[-1]))
        if not len(wanted):
            return
        # of 16 bits, because numpy sorts those by radix
        place = np.argsort((days[wanted] - self._starts[0]).astype(np.int16), kind="stable")
        place = wanted[place]
        days = days[place]
        packed = {name: _pack(values[place]) for name, values in rows.items()}
        columns = tuple(
            _Column(name, values.dtype, is_constant)
            for name, (values, is_constant) in packed.items()
        )
        columns = self._layouts.setdefault(columns, columns)
        edges = np.searchsorted(days, self._starts)
        for month in np.flatnonzero(np.diff(edges)).tolist():
            low, high = int(edges[month]), int(edges[month + 1])
            starts = np.searchsorted(days[low:high], self._days(month)).astype(_PLACE)
            with self._path(month).open("ab") as file:
                offset = file.tell()
                file.write(starts.tobytes())
                for values, is_constant in packed.values():
                    file.write((values if is_constant else values[low:high]).data)
            chunk = _Chunk(order, offset, high - low, day, columns)
            self._index.setdefault(month, {}).setdefault(table, []).append(chunk)

    def size(self, month: int, table: str) -> int:
        """Number of rows of a table that arrive in a month."""
        return sum(chunk.size for chunk in self._chunks(month, table))

    def take(self, month: int, table: str, most: int) -> Iterator[Rows]:
        """Rows of a table that arrive in a month, in parts of whole days, ordered by day.

        A part has at most `most` rows unless one day has more. Different threads may take
        different tables.
        """
        chunks = sorted(self._chunks(month, table), key=lambda chunk: chunk.order)
        if not chunks:
            return
        file = os.open(self._path(month), os.O_RDONLY)
        try:
            width = len(self._days(month)) * _PLACE.itemsize
            places = [
                np.frombuffer(os.pread(file, width, chunk.offset), _PLACE) for chunk in chunks
            ]
            counts = np.diff(np.sum(places, axis=0, dtype=np.int64))
            for first, after in _ranges(counts, most):
                parts = [
                    _read(file, chunk, width, int(place[first]), int(place[after]))
                    for chunk, place in zip(chunks, places, strict=True)
                    if place[after] > place[first]
                ]
                yield self._join(parts, chunks[0].day)
        finally:
            os.close(file)

    def remove(self, month: int) -> None:
        """Forget the rows that arrive in a month."""
        if self._index.pop(month, None):
            self._path(month).unlink()

    def _chunks(self, month: int, table: str) -> list[_Chunk]:
        return self._index.get(month, {}).get(table, [])

    def _path(self, month: int) -> Path:
        return self._folder / f"month-{month:03d}"

    def _days(self, month: int) -> Array:
        """The days of a month and the day after."""
        return np.arange(self._starts[month], self._starts[month + 1] + 1)

    def _join(self, parts: list[Rows], day: str) -> Rows:
        joined = {name: _concatenate([part[name] for part in parts]) for name in parts[0]}
        if len(parts) > 1:
            days = (joined[day] - self._starts[0]).astype(np.int16)
            place = np.argsort(days, kind="stable")
            joined = {name: values[place] for name, values in joined.items()}
        return joined


def _pack(values: Array) -> tuple[Array, bool]:
    """The values in the narrowest type that holds them, and whether one stands for all."""
    low, high = values.min(), values.max()
    is_constant = bool(low == high)
    values = values[:1] if is_constant else values
    if values.dtype.kind == "i":
        for width in _WIDTHS:
            limits = np.iinfo(width)
            if low >= limits.min and high <= limits.max:
                return values.astype(width), is_constant
    return np.ascontiguousarray(values), is_constant


def _ranges(counts: Array, most: int) -> Iterator[tuple[int, int]]:
    """Runs of days with at most `most` rows, or of one day; first and after the last."""
    first, total = 0, 0
    for day, count in enumerate(counts.tolist()):
        if total and total + count > most:
            yield first, day
            first, total = day, 0
        total += count
    if total:
        yield first, len(counts)


def _read(file: int, chunk: _Chunk, skip: int, low: int, high: int) -> Rows:
    """Rows `low` to `high` of a chunk whose columns start `skip` bytes after its offset."""
    rows: Rows = {}
    offset = chunk.offset + skip
    for column in chunk.columns:
        width = column.kind.itemsize
        if column.is_constant:
            value = np.frombuffer(os.pread(file, width, offset), column.kind)
            rows[column.name] = np.broadcast_to(value, high - low)
            offset += width
        else:
            content = os.pread(file, (high - low) * width, offset + low * width)
            rows[column.name] = np.frombuffer(content, column.kind)
            offset += chunk.size * width
    return rows


def _concatenate(parts: list[Array]) -> Array:
    """One column; whole numbers get 32 bits at least, so that sums of a few of them fit."""
    kind = np.result_type(*parts)
    if kind.kind == "i":
        kind = np.promote_types(kind, np.int32)
    return np.concatenate(parts, dtype=kind)
