"""Simulate a period and write it as files: beside the folder, which they replace when whole."""

import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import numpy as np

from data_generator import parameters
from data_generator.arrays import Rows, day_number
from data_generator.clearinghouse_tables import group_remittances
from data_generator.delivery import EVENT_TABLES, Delivery, Progress
from data_generator.lives import simulate_block
from data_generator.manifest import (
    MANIFEST,
    OptionError,
    Options,
    batch_id,
    describe,
    read_manifest,
    write_manifest,
)
from data_generator.pools import build_world
from data_generator.reference_tables import REFERENCE_TABLES
from data_generator.table import Context
from data_generator.writer import FORMATS, SetSink, check_columns
from ingestion.contract import ContractError, RawTable

SAMPLE_ACCOUNTS = 20


def generate(
    options: Options,
    out: Path,
    file_format: str,
    contract: dict[str, RawTable],
    progress: Progress = lambda _: None,
) -> tuple[dict[str, Any], bool]:
    """Write a set into the folder `out` and return its manifest, and whether it was made now.

    A folder that holds the same set already is left alone. The set is written beside `out` and
    takes its place at the end, so `out` is whole at any time. `progress` is called with the name
    of each month that is done. Raises OptionError when `out` can't be used, and ContractError
    when generator and contract disagree.
    """
    if file_format not in FORMATS:
        raise OptionError(f"--format is {file_format}; use {' or '.join(FORMATS)}")
    batch = batch_id(options, contract)
    existing = read_manifest(out)
    if existing and existing.get("batch_id") == batch and existing.get("format") == file_format:
        return existing, False
    world = build_world(options.seed, options.claims_per_month)
    context = Context(world, day_number(options.end_date), batch)
    _check_tables(context, contract)
    with _beside(out) as folder:
        manifest = _write_set(options, folder, file_format, contract, context, progress)
    return manifest, True


def _check_tables(context: Context, contract: dict[str, RawTable]) -> None:
    """Compare what the generator makes with the contract before anything is written."""
    made = {table.identifier for table in (*EVENT_TABLES, *REFERENCE_TABLES)}
    if missing := sorted(set(contract) - made):
        raise ContractError(f"the generator does not make the raw tables {', '.join(missing)}")
    if extra := sorted(made - set(contract)):
        raise ContractError(f"the raw contract has no tables {', '.join(extra)}")
    month = parameters.ANCHOR.year * 100 + 1
    rows = simulate_block(context.world, month, 0, 0, SAMPLE_ACCOUNTS)
    rows["remittances"], rows["remittance_claims"] = group_remittances(rows["remittance_claims"])
    for table in EVENT_TABLES:
        sample = rows.get(table.rows, _no_rows())
        for columns in table.parts(context, sample):
            check_columns(contract[table.identifier], list(columns))
    for reference in REFERENCE_TABLES:
        first = next(reference.parts(context, context.end_day))
        check_columns(contract[reference.identifier], list(first))


@contextmanager
def _beside(out: Path) -> Iterator[Path]:
    """A new folder beside `out` that takes its place unless an error is raised."""
    if out.exists() and not out.is_dir():
        raise OptionError(f"--out {out} is a file; name a folder")
    if out.is_dir() and not (out / MANIFEST).exists():
        foreign = [path.name for path in out.iterdir()]
        if foreign:
            raise OptionError(
                f"--out {out} holds files of something else ({foreign[0]}); name another folder"
            )
    try:
        out.parent.mkdir(parents=True, exist_ok=True)
        folder = Path(tempfile.mkdtemp(prefix=f".{out.name}-", dir=out.parent))
    except OSError as error:
        raise OptionError(f"--out {out} can't be written: {error.strerror}") from error
    try:
        folder.chmod(0o755)
        yield folder
        if out.exists():
            shutil.rmtree(out)
        folder.rename(out)
    except OSError as error:
        shutil.rmtree(folder, ignore_errors=True)
        raise OptionError(f"--out {out} can't be written: {error.strerror}") from error
    except BaseException:
        shutil.rmtree(folder, ignore_errors=True)
        raise


def _write_set(
    options: Options,
    folder: Path,
    file_format: str,
    contract: dict[str, RawTable],
    context: Context,
    progress: Progress,
) -> dict[str, Any]:
    with (
        TemporaryDirectory(prefix=".rows-", dir=folder) as rows_folder,
        SetSink(folder, contract, file_format) as sink,
    ):
        for table in REFERENCE_TABLES:
            for columns in table.parts(context, day_number(options.start_date)):
                sink.write(table.identifier, columns)
        delivery = Delivery(context, options, Path(rows_folder), sink)
        delivery.run(progress)
    manifest = describe(
        options, file_format, context.batch_id, sink.rows, delivery.totals.dollars()
    )
    write_manifest(folder, manifest)
    return manifest


def _no_rows() -> Rows:
    return {"arrival": np.zeros(0, dtype=np.int64), "known": np.zeros(0, dtype=np.int64)}
