"""Load a generated set into the warehouse, all of it or nothing."""

import datetime as dt
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.csv as pcsv
import pyarrow.parquet as pq

from data_generator.manifest import BATCH_PREFIX, read_manifest
from data_generator.writer import last_moment
from ingestion.contract import RawTable, arrow_schema
from ingestion.warehouse import GENERATED_KIND, LOADED, Warehouse, open_warehouse

DEFAULT_FOLDER = Path("data/raw")
ROWS_AT_ONCE = 65_536
Progress = Callable[[str, int, int], None]


class LoadError(Exception):
    """A folder that can't be loaded; the message says why and what to do."""


@dataclass(frozen=True)
class Loaded:
    """What a load did: rows of the set, its batch id, whether they were written now."""

    rows: int
    batch_id: str
    is_new: bool


def load(target: str, folder: Path, progress: Progress = lambda *_: None) -> Loaded:
    """Load the set in `folder` into schema raw of a dbt target.

    One transaction replaces the rows of earlier generated sets and leaves rows of real files; a
    set that is loaded already is skipped. `progress` gets table, rows just loaded, rows in all.
    Raises LoadError when the folder holds no whole set, and what the warehouse raises.
    """
    manifest = read_manifest(folder)
    if manifest is None:
        raise LoadError(
            f"{folder} holds no generated set; make one with: "
            f"python -m data_generator --out {folder}"
        )
    batch, total = str(manifest["batch_id"]), sum(manifest["rows"].values())
    with open_warehouse(target) as warehouse:
        _check_files(folder, manifest, warehouse)
        warehouse.ensure_raw_tables()
        if warehouse.batch_is_loaded(batch):
            return Loaded(total, batch, False)
        with warehouse.transaction():
            warehouse.delete_batches(BATCH_PREFIX)
            for name, table in warehouse.contract.items():
                rows = _copy(warehouse, table, folder, manifest, total, progress)
                if rows != manifest["rows"][name]:
                    raise LoadError(
                        f"{folder}: {name} has {rows} rows, the manifest says "
                        f"{manifest['rows'][name]}; generate the set again"
                    )
            warehouse.register_batch(
                batch,
                GENERATED_KIND,
                None,
                None,
                LOADED,
                None,
                total,
                last_moment(dt.date.fromisoformat(manifest["parameters"]["end_date"])),
            )
        warehouse.analyze()
    return Loaded(total, batch, True)


def _check_files(folder: Path, manifest: dict[str, Any], warehouse: Warehouse) -> None:
    names = set(warehouse.contract)
    if set(manifest["rows"]) != names:
        different = sorted(set(manifest["rows"]) ^ names)
        raise LoadError(
            f"{folder} was made for another raw contract ({', '.join(different)}); generate it "
            f"again with: python -m data_generator --out {folder}"
        )
    for name in sorted(names):
        if not (path := _path(folder, name, manifest)).is_file():
            raise LoadError(f"{path} is missing; remove {folder} and generate it again")


def _path(folder: Path, name: str, manifest: dict[str, Any]) -> Path:
    return folder / f"{name}.{manifest['format']}"


def _copy(
    warehouse: Warehouse,
    table: RawTable,
    folder: Path,
    manifest: dict[str, Any],
    total: int,
    progress: Progress,
) -> int:
    path = _path(folder, table.identifier, manifest)
    try:
        if manifest["format"] == "csv":
            batches = _csv_batches(path, table)
        else:
            batches = _parquet_batches(path)
        return warehouse.copy(
            table.identifier, _counted(batches, table.identifier, total, progress)
        )
    except (OSError, pa.ArrowException) as error:
        raise LoadError(f"{path} can't be read: {error}; generate the set again") from error


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
    batches: Iterator[pa.RecordBatch], table: str, total: int, progress: Progress
) -> Iterator[pa.RecordBatch]:
    for batch in batches:
        yield batch
        progress(table, batch.num_rows, total)
