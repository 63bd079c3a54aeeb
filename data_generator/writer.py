"""Files of a generated set: one per raw table, checked against the raw contract."""

import datetime as dt
from collections.abc import Iterable
from contextlib import ExitStack, nullcontext, suppress
from itertools import pairwise
from pathlib import Path
from types import TracebackType
from typing import Any, Self

import numpy as np
import pyarrow as pa
import pyarrow.csv as pcsv
import pyarrow.parquet as pq

from data_generator.arrays import EPOCH, Array
from data_generator.table import Columns
from ingestion.contract import ContractError, RawTable, arrow_schema

X12 = "x12"
FORMATS = ("parquet", "csv", X12)
_DAY = 86_400_000_000
_PLAIN_SUFFIXES = ("_id", "_number", "_no", "_ref", "amount", "_cents", "_at")
"""Columns of mostly different values, where a dictionary only costs time."""


def check_columns(table: RawTable, names: list[str]) -> None:
    """Raise ContractError unless `names` are exactly the table's columns, in any order."""
    missing = [name for name in table.column_names if name not in names]
    extra = [name for name in names if name not in table.column_names]
    problems = []
    if missing:
        problems.append(f"the generator does not make {', '.join(missing)}")
    if extra:
        problems.append(f"the contract has no {', '.join(extra)}")
    if problems:
        raise ContractError(
            f"{table.identifier}: {'; '.join(problems)}. Change the sources' YAML of "
            f"{table.source} and data_generator together"
        )


class TableWriter:
    """One file that grows part by part; for use as a context manager.

    Parts have the contract's columns, in any order. The bytes depend on the rows alone.
    """

    def __init__(self, folder: Path, table: RawTable, file_format: str) -> None:
        """Open the table's file in `folder`, over one that is there."""
        self._table = table
        self._schema = arrow_schema(table)
        self.path = table_path(folder, table.identifier, file_format)
        self.rows = 0
        self._writer: Any
        if self.path.suffix == ".parquet":
            plain = [name for name in table.column_names if name.endswith(_PLAIN_SUFFIXES)]
            self._writer = pq.ParquetWriter(
                self.path,
                self._schema,
                compression="snappy",
                store_decimal_as_integer=True,
                use_dictionary=[name for name in table.column_names if name not in plain],
            )
        else:
            self._writer = pcsv.CSVWriter(self.path, self._schema)

    def write(self, columns: Columns) -> None:
        """Append a part. Raises ContractError when its columns or types are not the contract's."""
        check_columns(self._table, list(columns))
        try:
            arrays = [columns[field.name].cast(field.type) for field in self._schema]
        except pa.ArrowInvalid as error:
            raise ContractError(f"{self._table.identifier}: {error}") from error
        part = pa.Table.from_arrays(arrays, schema=self._schema)
        self.rows += part.num_rows
        if part.num_rows and isinstance(self._writer, pq.ParquetWriter):
            self._writer.write_table(part, row_group_size=part.num_rows)
        elif part.num_rows:
            self._writer.write_table(part)

    def close(self) -> None:
        """Finish the file."""
        self._writer.close()

    def __enter__(self) -> Self:
        """The writer itself."""
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Finish the file; after an error, a second one would only hide the first."""
        with suppress(OSError) if error else nullcontext():
            self.close()


class SetSink:
    """The files of a base set, all open at once; `rows` by raw table."""

    def __init__(self, folder: Path, contract: dict[str, RawTable], file_format: str) -> None:
        """Open a file for every raw table in `folder`."""
        self._stack = ExitStack()
        self._writers = {
            name: self._stack.enter_context(TableWriter(folder, table, file_format))
            for name, table in contract.items()
        }

    @property
    def rows(self) -> dict[str, int]:
        """Rows written by raw table."""
        return {name: writer.rows for name, writer in self._writers.items()}

    def write(self, identifier: str, columns: Columns) -> None:
        """Append rows to a table's file."""
        self._writers[identifier].write(columns)

    def __enter__(self) -> Self:
        """The sink itself."""
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Finish the files."""
        self._stack.__exit__(kind, error, trace)


class DropSink:
    """The files of nightly drops, in one folder a day; `rows` by day and raw table.

    The rows of a table must come day after day; a table that has none on a day gets no file.
    """

    def __init__(
        self, folder: Path, contract: dict[str, RawTable], file_format: str, days: Iterable[int]
    ) -> None:
        """Make a folder for each day in `folder`."""
        self._folder = folder
        self._contract = contract
        self._format = file_format
        self._open: dict[str, tuple[int, TableWriter]] = {}
        self.rows: dict[int, dict[str, int]] = {day: {} for day in days}
        for day in self.rows:
            self.folder(day).mkdir()

    def folder(self, day: int) -> Path:
        """The folder of a day."""
        return self._folder / (EPOCH + dt.timedelta(days=day)).isoformat()

    def write(self, identifier: str, columns: Columns) -> None:
        """Append rows to the files of their days."""
        days = arrival_days(columns)
        edges = [0, *(np.flatnonzero(np.diff(days)) + 1).tolist(), len(days)]
        for first, after in pairwise(edges):
            if first < after:
                part = {name: values.slice(first, after - first)
                        for name, values in columns.items()}  # fmt: skip
                self._writer(identifier, int(days[first])).write(part)

    def _writer(self, identifier: str, day: int) -> TableWriter:
        if identifier in self._open:
            open_day, writer = self._open[identifier]
            if open_day == day:
                return writer
            self._close(identifier)
        if identifier in self.rows[day]:
            raise ValueError(f"{identifier}: rows of day {day} come again after a later day")
        writer = TableWriter(self.folder(day), self._contract[identifier], self._format)
        self._open[identifier] = day, writer
        return writer

    def _close(self, identifier: str) -> None:
        day, writer = self._open.pop(identifier)
        self.rows[day][identifier] = writer.rows
        writer.close()

    def __enter__(self) -> Self:
        """The sink itself."""
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Finish the files."""
        for identifier in list(self._open):
            if error is None:
                self._close(identifier)
            else:
                with suppress(OSError):
                    self._close(identifier)


def table_path(folder: Path, identifier: str, file_format: str) -> Path:
    """Where the rows of a raw table are; beside X12 files they are in Parquet."""
    return folder / f"{identifier}.{'csv' if file_format == 'csv' else 'parquet'}"


def arrival_days(columns: Columns) -> Array:
    """Day number on which each row of a raw table arrives."""
    stamps = columns["_loaded_at"].cast(pa.int64()).to_numpy(zero_copy_only=False)
    days: Array = stamps // _DAY
    return days


def last_moment(day: dt.date) -> dt.datetime:
    """When the nightly drop of a day arrives."""
    return dt.datetime.combine(day, dt.time(23, 30))
