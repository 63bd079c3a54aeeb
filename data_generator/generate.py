"""Generate a base set or nightly drops into a folder, which is whole at any time."""

import datetime as dt
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import duckdb

from data_generator import parameters, x12_output
from data_generator.arrays import EPOCH, day_number
from data_generator.checks import Checks
from data_generator.defect_list import DefectList
from data_generator.delivery import EVENT_TABLES, Delivery, Progress, Sink
from data_generator.folders import beside
from data_generator.lives import simulate_block
from data_generator.manifest import (
    BASE,
    DROP,
    DROPS,
    Batch,
    OptionError,
    Options,
    base_batch,
    describe,
    describe_drop,
    describe_drops,
    drops_id,
    lineage,
    read_manifest,
    write_manifest,
)
from data_generator.pools import build_world
from data_generator.reference_tables import REFERENCE_TABLES
from data_generator.table import Context
from data_generator.truth import Answers
from data_generator.writer import FORMATS, X12, DropSink, SetSink, check_columns
from ingestion.contract import ContractError, RawTable

SAMPLE_ACCOUNTS = 20

Manifest = dict[str, Any]


def generate(
    options: Options,
    out: Path,
    file_format: str,
    contract: dict[str, RawTable],
    progress: Progress = lambda _: None,
) -> tuple[Manifest, bool]:
    """Write a base set into the folder `out`; its manifest, and whether it was made now.

    A folder that holds the same set already is left alone. `progress` is called with the name of
    each month that is done. Raises OptionError when an option or `out` can't be used, and
    ContractError when generator and contract disagree.
    """
    _check_format(file_format)
    batch = base_batch(options, contract)
    if held := _held(out, batch.id, file_format):
        return held, False
    context = _context(options, batch, contract)
    with beside(out, BASE) as folder:
        with SetSink(folder, contract, file_format) as sink:
            delivery = _deliver(context, options, folder, sink, progress)
        totals = delivery.totals.dollars()
        manifest = describe(options, file_format, batch, sink.rows, totals)
        if file_format == X12:
            manifest["x12"] = _write_x12(folder)
        write_manifest(folder, manifest)
    return manifest, True


def generate_drops(
    options: Options,
    since: dt.date,
    out: Path,
    file_format: str,
    contract: dict[str, RawTable],
    progress: Progress = lambda _: None,
) -> tuple[Manifest, bool]:
    """Write what arrives after `since` into `out`, one folder a day; otherwise like generate().

    Together with the base set of the same options up to `since`, the drops hold what the base set
    up to the end date holds.
    """
    _check_format(file_format)
    if file_format == X12:
        raise OptionError("--format x12 is for base sets; write drops as parquet or csv")
    if not options.start_date <= since < options.end_date:
        raise OptionError(
            f"--since is {since}; use a day of the base set, which starts on "
            f"{options.start_date}, before --end-date {options.end_date}"
        )
    set_id = drops_id(options, since, contract)
    if held := _held(out, set_id, file_format):
        return held, False
    batch = Batch(lineage(options, contract), DROP, options.end_date)
    context = _context(options, batch, contract)
    days = range(day_number(since) + 1, context.end_day + 1)
    with beside(out, DROPS) as folder:
        with DropSink(folder, contract, file_format, days) as sink:
            _deliver(context, options, folder, sink, progress, days[0] - 1)
        drops = []
        for day, rows in sink.rows.items():
            date = EPOCH + dt.timedelta(days=day)
            drop = describe_drop(options, file_format, Batch(batch.lineage, DROP, date), rows)
            write_manifest(sink.folder(day), drop)
            drops.append(drop)
        manifest = describe_drops(options, file_format, since, drops, set_id)
        write_manifest(folder, manifest)
    return manifest, True


def _check_format(file_format: str) -> None:
    if file_format not in FORMATS:
        raise OptionError(f"--format is {file_format}; use {' or '.join(FORMATS)}")


def _write_x12(folder: Path) -> dict[str, int]:
    """Write the X12 files of the set in `folder`; how many there are of what."""
    try:
        return x12_output.write(folder)
    except duckdb.Error as error:
        # what a full disk says while the tables are joined on disk
        raise OptionError(f"the X12 files can't be written: {error}") from error


def _held(out: Path, batch_id: str, file_format: str) -> Manifest | None:
    """The manifest of `out` if that holds these files already."""
    manifest = read_manifest(out)
    if manifest and (manifest.get("batch_id"), manifest.get("format")) == (batch_id, file_format):
        return manifest
    return None


def _context(options: Options, batch: Batch, contract: dict[str, RawTable]) -> Context:
    start_day = day_number(options.start_date)
    world = build_world(options.seed, options.claims_per_month, start_day, options.stories)
    context = Context(world, day_number(options.end_date), batch)
    _check_tables(context, contract)
    return context


def _check_tables(context: Context, contract: dict[str, RawTable]) -> None:
    """Compare what the generator makes with the contract before anything is written."""
    made = {table.identifier for table in (*EVENT_TABLES, *REFERENCE_TABLES)}
    if missing := sorted(set(contract) - made):
        raise ContractError(f"the generator does not make the raw tables {', '.join(missing)}")
    if extra := sorted(made - set(contract)):
        raise ContractError(f"the raw contract has no tables {', '.join(extra)}")
    month = parameters.ANCHOR.year * 100 + 1
    rows = simulate_block(context.world, month, 0, 0, SAMPLE_ACCOUNTS)
    days = rows["remittance_claims"]["day"]
    (
        rows["remittances"],
        rows["remittance_claims"],
        rows["remittance_provider_adjustments"],
    ) = Checks().group(rows["remittance_claims"], int(days.min()), int(days.max()))
    for table in EVENT_TABLES:
        for columns, _ in table.parts(context, rows[table.rows]):
            check_columns(contract[table.identifier], list(columns))
    for reference in REFERENCE_TABLES:
        first = next(reference.parts(context, context.end_day, context.end_day))
        check_columns(contract[reference.identifier], list(first))


def _deliver(
    context: Context,
    options: Options,
    folder: Path,
    sink: Sink,
    progress: Progress,
    after: int | None = None,
) -> Delivery:
    """Run through the period and write the answer key of all of it into `folder`."""
    starts = [day_number(date) for date in options.month_starts()]
    answers = Answers(context.world, starts, context.end_day)
    with (
        TemporaryDirectory(prefix=".rows-", dir=folder) as rows_folder,
        DefectList(folder) as defects,
    ):
        delivery = Delivery(context, options, Path(rows_folder), sink, answers, defects, after)
        delivery.run(progress)
    answers.write(folder)
    return delivery
