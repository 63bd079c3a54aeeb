"""What all raw tables share: their shape, their metadata columns, lists of code values."""

import datetime as dt
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from data_generator import catalogue
from data_generator.arrays import Array, Rows, select
from data_generator.columns import constant, labels_by_day, loaded_at, text
from data_generator.defect_texts import spoil
from data_generator.manifest import BASE, Batch
from data_generator.pools import World

Columns = dict[str, pa.Array]

ROWS_AT_ONCE = 250_000
"""Rows made into columns together, so that memory does not grow with the size of a month."""

DATE_A, DATE_B = "%m/%d/%Y", "%Y%m%d"

ITEM_CODES = text([item.code or None for item in catalogue.ITEMS])
ITEM_REVENUES = text([item.revenue or None for item in catalogue.ITEMS])
MODIFIERS = text(catalogue.MODIFIERS)
UNDOTTED_DIAGNOSES = text([code.replace(".", "") for code in catalogue.DIAGNOSIS_CODES])


@dataclass(frozen=True)
class Context:
    """What the tables need beside their rows: the pools, the last day, the batch."""

    world: World
    end_day: int
    batch: Batch
    """Of a base set; of drops, that of any of them."""


Renderer = Callable[[Context, Rows], Columns]


@dataclass(frozen=True)
class Table:
    """One raw table: the simulated rows it comes from, of one hospital or of both."""

    identifier: str
    rows: str
    render: Renderer
    hospital: int | None = None

    def columns(self, context: Context, rows: Rows) -> Columns:
        """Columns of the raw table for rows of its hospital, with the metadata columns.

        Rows may have the columns of data_generator.defects, and are then damaged as these say.
        """
        arrival, resent = rows["arrival"], rows.get("resent")
        columns = self.render(context, rows) | metadata(context, self.identifier, arrival, resent)
        return spoil(self.identifier, columns, rows) if "defect" in rows else columns

    def parts(self, context: Context, rows: Rows) -> Iterator[tuple[Columns, Rows]]:
        """Columns of the raw table, and their rows, in parts of ROWS_AT_ONCE; at least one."""
        if self.hospital is not None:
            rows = select(rows, rows["hospital"] == self.hospital)
        size = len(rows["arrival"])
        for first in range(0, max(size, 1), ROWS_AT_ONCE):
            part = {name: values[first : first + ROWS_AT_ONCE] for name, values in rows.items()}
            yield self.columns(context, part), part


def metadata(
    context: Context, identifier: str, arrival: Array, resent: Array | None = None
) -> Columns:
    """_loaded_at, _source_file and _batch_id; in the clearinghouse's 835 tables also a null
    _source_position, since these rows came as a table.

    `resent` are the days since the file came first, 0 for the first time.
    """  # noqa: D205
    columns = {
        "_loaded_at": loaded_at(arrival),
        "_source_file": source_files(identifier, arrival, resent),
        "_batch_id": _batch_ids(context.batch, arrival),
    }
    if identifier.startswith("clearinghouse_remittance"):
        columns["_source_position"] = pa.nulls(len(arrival), pa.int32())
    return columns


def source_files(identifier: str, arrival: Array, resent: Array | None = None) -> pa.Array:
    """Names of the files that rows come in; one that is sent again has a name of its own."""
    source, _, entity = identifier.partition("_")
    if source == "hospital":
        source, entity = identifier[:10], identifier[11:]
    stem = f"{source}/{entity}/"
    if resent is None or not resent.any():
        return labels_by_day(arrival, lambda day: f"{stem}{day}.parquet")
    first = arrival - resent
    names = labels_by_day(first, lambda day: f"{stem}{day}.parquet")
    again = np.flatnonzero(resent)
    names_again = labels_by_day(first[again], lambda day: f"{stem}{day}-resent.parquet")
    return pc.replace_with_mask(names, pa.array(resent > 0), names_again)


def _batch_ids(batch: Batch, arrival: Array) -> pa.Array:
    if batch.kind == BASE:
        return constant(batch.id, len(arrival))
    return labels_by_day(arrival, lambda day: replace(batch, day=dt.date.fromisoformat(day)).id)
