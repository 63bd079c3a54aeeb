"""Rows on their way: kept by month of arrival until that month is written."""

from collections import defaultdict

import numpy as np

from data_generator.arrays import Array, Rows, concatenate

_SMALLEST = np.iinfo(np.int32).min
_LARGEST = np.iinfo(np.int32).max


class Pending:
    """Rows of every table by month of arrival; what arrives after the last month is dropped.

    `starts` are the first days of the months, and the day after the end as its last element.
    Memory holds the tail of the simulated months only, in 32-bit columns where they suffice.
    """

    def __init__(self, starts: Array) -> None:
        """Start with nothing pending."""
        self._starts = starts
        self._parts: dict[int, dict[str, list[Rows]]] = defaultdict(lambda: defaultdict(list))

    def add(self, table: str, rows: Rows) -> None:
        """Keep rows; their column `arrival` decides the month."""
        rows = rows.copy()
        arrival = rows.pop("arrival")
        order = np.argsort(arrival, kind="stable")
        edges = np.searchsorted(arrival[order], self._starts)
        rows["arrival"] = arrival
        compact = {name: _compact(values) for name, values in rows.items()}
        for month in range(len(self._starts) - 1):
            part = order[edges[month] : edges[month + 1]]
            if len(part):
                self._parts[month][table].append(
                    {name: values[part] for name, values in compact.items()}
                )

    def take(self, month: int) -> dict[str, Rows]:
        """Remove and return the rows that arrive in a month, ordered by day of arrival."""
        taken = {}
        for table, parts in self._parts.pop(month, {}).items():
            rows = concatenate(parts)
            order = np.argsort(rows["arrival"], kind="stable")
            taken[table] = {name: values[order] for name, values in rows.items()}
        return taken


def _compact(values: Array) -> Array:
    if values.dtype != np.int64 or not len(values):
        return values
    if values.min() < _SMALLEST or values.max() > _LARGEST:
        return values
    return values.astype(np.int32)
