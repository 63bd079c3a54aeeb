"""Load generated files into the warehouse: a base set all at once, drops night after night."""

import datetime as dt
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import duckdb
import psycopg2
import pyarrow as pa
import pyarrow.csv as pcsv
import pyarrow.parquet as pq

from data_generator.manifest import (
    BASE,
    BATCH_PREFIX,
    DROP,
    DROPS,
    Batch,
    read_batch_id,
    read_manifest,
)
from data_generator.writer import last_moment, table_path
from ingestion.contract import RawTable, arrow_schema
from ingestion.warehouse import GENERATED_KIND, LOADED, Warehouse, open_warehouse

DEFAULT_FOLDER = Path("data/raw")
ROWS_AT_ONCE = 65_536
Progress = Callable[[str, int, int], None]
Manifest = dict[str, Any]


class LoadError(Exception):
    """A folder that can't be loaded; the message says why and what to do."""


@dataclass(frozen=True)
class Loaded:
    """What a load did: the batches of the folder, those that were written now, and their rows.

    `missing` are the days between the base set and the latest drop whose drops are yet to come.
    """

    batches: tuple[Batch, ...]
    written: tuple[Batch, ...]
    rows: int
    missing: tuple[dt.date, ...] = ()


def load(target: str, folder: Path, progress: Progress = lambda *_: None) -> Loaded:
    """Load a base set, a drop or a folder of drops into schema raw of a dbt target.

    A base set replaces earlier generated sets with their drops and leaves rows of real files. A
    drop adds to the set that is loaded, in whatever order drops come, and each is a transaction
    of its own. What is loaded already is skipped. `progress` gets table, rows just loaded, rows in
    all. Raises LoadError when the folder can't be loaded, and what the warehouse raises.
    """
    parts = _parts(folder)
    total = sum(sum(part.manifest["rows"].values()) for part in parts)
    written = []
    with open_warehouse(target) as warehouse:
        for part in parts:
            part.check_files(warehouse)
        warehouse.ensure_raw_tables()
        for part in parts:
            try:
                with warehouse.transaction():
                    # asked under the lock: another loader may have been faster
                    if not part.is_loaded(warehouse):
                        part.write(warehouse, lambda table, rows: progress(table, rows, total))
                        written.append(part)
            except (duckdb.Error, psycopg2.Error) as error:
                reason = " ".join(str(error).split())
                raise LoadError(f"{target} took nothing of {part.folder}: {reason}") from error
        warehouse.analyze()
        missing = _missing_days(_generated(warehouse))
    return Loaded(
        tuple(part.batch for part in parts),
        tuple(part.batch for part in written),
        sum(sum(part.manifest["rows"].values()) for part in written),
        missing,
    )


def _generated(warehouse: Warehouse) -> list[Batch]:
    """The base set and the drops that are loaded."""
    found = map(read_batch_id, warehouse.batch_ids(BATCH_PREFIX))
    return [batch for batch in found if batch]


def _missing_days(loaded: list[Batch]) -> tuple[dt.date, ...]:
    reached = max((batch.day for batch in loaded if batch.kind == BASE), default=None)
    if reached is None:
        return ()
    days = {batch.day for batch in loaded if batch.day > reached}
    between = (max(days, default=reached) - reached).days
    wanted = (reached + dt.timedelta(days=number) for number in range(1, between))
    return tuple(day for day in wanted if day not in days)


def _parts(folder: Path) -> list["_Part"]:
    """What a folder holds, in the order in which it is to be loaded."""
    manifest = read_manifest(folder)
    kind = manifest.get("kind") if manifest else None
    if manifest is None or kind not in (BASE, DROP, DROPS):
        raise LoadError(
            f"{folder} holds no generated set; make one with: "
            f"python -m data_generator --out {folder} (with --since for nightly drops)"
        )
    if kind != DROPS:
        return [_part(folder, manifest)]
    parts = []
    for day in sorted(manifest["drops"]):
        drop = read_manifest(folder / day)
        if drop is None or drop.get("lineage") != manifest["lineage"]:
            raise LoadError(f"{folder / day} is missing or of another set; generate {folder} again")
        parts.append(_part(folder / day, drop))
    return parts


def _part(folder: Path, manifest: Manifest) -> "_Part":
    batch = read_batch_id(manifest["batch_id"])
    if batch is None:
        raise LoadError(f"{folder} was made by another version; remove it and generate it again")
    return (_BaseSet if batch.kind == BASE else _Drop)(folder, manifest, batch)


@dataclass(frozen=True)
class _Part:
    """What is loaded in one transaction."""

    folder: Path
    manifest: Manifest
    batch: Batch

    def is_loaded(self, warehouse: Warehouse) -> bool:
        """Whether the rows are in the warehouse; raises LoadError when they can't be added."""
        return warehouse.batch_is_loaded(self.batch.id)

    def check_files(self, warehouse: Warehouse) -> None:
        """Raise LoadError when a file is missing or the set is of another contract."""
        unknown = sorted(set(self.manifest["rows"]) - set(warehouse.contract))
        if unknown:
            raise self._other_contract(unknown)
        for name in sorted(self.manifest["rows"]):
            if not (path := self._path(name)).is_file():
                raise LoadError(f"{path} is missing; remove {self.folder} and generate it again")

    def write(self, warehouse: Warehouse, progress: Callable[[str, int], None]) -> None:
        """Add the rows and register the batch."""
        for name, expected in self.manifest["rows"].items():
            rows = self._copy(warehouse, warehouse.contract[name], progress)
            if rows != expected:
                raise LoadError(
                    f"{self.folder}: {name} has {rows} rows, the manifest says {expected}; "
                    "generate it again"
                )
        warehouse.register_batch(
            self.batch.id,
            GENERATED_KIND,
            None,
            None,
            LOADED,
            None,
            sum(self.manifest["rows"].values()),
            last_moment(self.batch.day),
        )

    def _copy(
        self, warehouse: Warehouse, table: RawTable, progress: Callable[[str, int], None]
    ) -> int:
        path = self._path(table.identifier)
        try:
            batches = _csv_batches(path, table) if path.suffix == ".csv" else _parquet_batches(path)
            counted = _counted(batches, table.identifier, progress)
            return warehouse.copy(table.identifier, counted)
        except (OSError, pa.ArrowException) as error:
            raise LoadError(f"{path} can't be read: {error}; generate the set again") from error

    def _path(self, name: str) -> Path:
        return table_path(self.folder, name, self.manifest["format"])

    def _other_contract(self, names: list[str]) -> LoadError:
        return LoadError(
            f"{self.folder} was made for another raw contract ({', '.join(names)}); generate it "
            f"again with: python -m data_generator --out {self.folder}"
        )


class _BaseSet(_Part):
    """A base set, which replaces what was generated before."""

    def check_files(self, warehouse: Warehouse) -> None:
        """Raise LoadError when a file is missing or the set is of another contract."""
        if missing := sorted(set(warehouse.contract) - set(self.manifest["rows"])):
            raise self._other_contract(missing)
        super().check_files(warehouse)

    def write(self, warehouse: Warehouse, progress: Callable[[str, int], None]) -> None:
        """Put the rows in the place of earlier generated ones."""
        warehouse.delete_batches(BATCH_PREFIX)
        super().write(warehouse, progress)


class _Drop(_Part):
    """A drop, which continues what is loaded."""

    def is_loaded(self, warehouse: Warehouse) -> bool:
        """Whether the rows are in the warehouse; raises LoadError when they can't be added.

        A day that the base set reaches is loaded already: a base set may be made anew to a later
        end than the one that the drops were made for. Nights may come in any order.
        """
        loaded = _generated(warehouse)
        bases = [batch for batch in loaded if batch.kind == BASE]
        if not bases:
            raise LoadError(
                f"{self.folder} continues a base set ({self._describe()}) and the target holds "
                "none; load that first"
            )
        if bases[0].lineage != self.batch.lineage:
            raise LoadError(
                f"{self.folder} continues another base set ({self._describe()}) than the target's "
                f"{bases[0].id}; load its own first"
            )
        return self.batch.day <= bases[0].day or self.batch in loaded

    def _describe(self) -> str:
        options = self.manifest["parameters"]
        return (
            f"start {options['start_date']}, {options['claims_per_month']} claims a month, "
            f"seed {options['seed']}"
        )


def _parquet_batches(path: Path) -> Iterator[pa.RecordBatch]:
    with pq.ParquetFile(path) as file:
        yield from file.iter_batches(ROWS_AT_ONCE)


def _csv_batches(path: Path, table: RawTable) -> Iterator[pa.RecordBatch]:
    schema = arrow_schema(table)
    options = pcsv.ConvertOptions(
        column_types=schema,
        strings_can_be_null=True,
        quoted_strings_can_be_null=False,
        null_values=[""],
    )
    with pcsv.open_csv(path, convert_options=options) as reader:
        yield from reader


def _counted(
    batches: Iterator[pa.RecordBatch], table: str, progress: Callable[[str, int], None]
) -> Iterator[pa.RecordBatch]:
    for batch in batches:
        yield batch
        progress(table, batch.num_rows)
