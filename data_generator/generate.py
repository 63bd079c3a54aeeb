"""Simulate a period month by month and write the raw tables."""

import shutil
import tempfile
from collections import Counter
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any

import numpy as np

from data_generator import parameters
from data_generator.arrays import Rows, day_number
from data_generator.balances import ADJUSTMENT_TYPES
from data_generator.billing_tables import BILLING_TABLES
from data_generator.checks import Checks
from data_generator.clearinghouse_tables import CLEARINGHOUSE_TABLES
from data_generator.emission import Pending
from data_generator.hospital_tables import HOSPITAL_TABLES
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
from data_generator.pools import World, build_world
from data_generator.reference_tables import REFERENCE_TABLES
from data_generator.remittances import CONTRACTUAL, SEQUESTRATION
from data_generator.table import Context
from data_generator.visits import accounts_of_month
from data_generator.writer import FORMATS, TableWriter, check_columns
from ingestion.contract import ContractError, RawTable

EVENT_TABLES = (*HOSPITAL_TABLES, *CLEARINGHOUSE_TABLES, *BILLING_TABLES)
"""Tables of events, written month by month."""

Progress = Callable[[str], None]
SAMPLE_ACCOUNTS = 20
WRITERS = 2
"""Tables written at once; Arrow writes without holding the interpreter."""


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
    days = rows["remittance_claims"]["day"]
    rows |= _on_checks(Checks(), rows, int(days.min()), int(days.max()))
    for table in EVENT_TABLES:
        for columns in table.parts(context, rows[table.rows]):
            check_columns(contract[table.identifier], list(columns))
    for reference in REFERENCE_TABLES:
        first = next(reference.parts(context, context.end_day, context.end_day))
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
    world, end_day = context.world, context.end_day
    starts = [day_number(date) for date in options.month_starts()]
    totals: Counter[str] = Counter()
    with ExitStack() as stack:
        writers = {
            name: stack.enter_context(TableWriter(folder, table, file_format))
            for name, table in contract.items()
        }
        pool = stack.enter_context(ThreadPoolExecutor(WRITERS))
        for table in REFERENCE_TABLES:
            for columns in table.parts(context, starts[0], end_day):
                writers[table.identifier].write(columns)
        checks = Checks()
        bounds = [*starts, end_day + 1]
        pending = Pending(np.array(bounds))
        for place, date in enumerate(options.month_starts()):
            _simulate_month(world, date.year * 100 + date.month, pending)
            taken = pending.take(place)
            if "remittance_claims" in taken:
                taken |= _on_checks(checks, taken, bounds[place], bounds[place + 1] - 1)
            _add_totals(totals, taken)
            _write_events(context, writers, taken, pool)
            progress(f"{date:%Y-%m}")
        rows = {name: writer.rows for name, writer in writers.items()}
    manifest = describe(options, file_format, context.batch_id, rows, _control_totals(totals))
    write_manifest(folder, manifest)
    return manifest


def _on_checks(
    checks: Checks, rows: dict[str, Rows], first_day: int, last_day: int
) -> dict[str, Rows]:
    claims = rows["remittance_claims"]
    paid, claims, adjustments = checks.group(claims, first_day, last_day)
    return {
        "remittances": paid,
        "remittance_claims": claims,
        "remittance_provider_adjustments": adjustments,
    }


def _simulate_month(world: World, month: int, pending: Pending) -> None:
    count = accounts_of_month(world.claims_per_month, month)
    for number, first in enumerate(range(0, count, parameters.BLOCK_ACCOUNTS)):
        size = min(parameters.BLOCK_ACCOUNTS, count - first)
        for table, rows in simulate_block(world, month, number, first, size).items():
            pending.add(table, rows)


def _write_events(
    context: Context,
    writers: dict[str, TableWriter],
    rows: dict[str, Rows],
    pool: ThreadPoolExecutor | None = None,
) -> None:
    tables = [table for table in EVENT_TABLES if table.rows in rows]

    def write(place: int) -> None:
        table = tables[place]
        for columns in table.parts(context, rows[table.rows]):
            writers[table.identifier].write(columns)

    largest_first = sorted(range(len(tables)), key=lambda i: -len(rows[tables[i].rows]["arrival"]))
    list((pool.map if pool else map)(write, largest_first))


def _add_totals(totals: Counter[str], taken: dict[str, Rows]) -> None:
    def add(name: str, table: str, which: Any = None) -> None:
        if table in taken:
            rows = taken[table]
            amount = rows["paid" if table == "remittance_claims" else "amount"].astype(np.int64)
            totals[name] += int(amount.sum() if which is None else amount[which(rows)].sum())

    add("charges", "charges")
    add("contractual", "remittance_adjustments", lambda rows: rows["kind"] == CONTRACTUAL)
    add(
        "sequestration",
        "remittance_adjustments",
        lambda rows: rows["kind"] == SEQUESTRATION,
    )
    add("payer_paid", "remittance_claims")
    add("patient_paid", "patient_payments")
    add("refunds", "refunds")
    add("provider_adjustments", "remittance_provider_adjustments")
    for kind, name in enumerate(ADJUSTMENT_TYPES):
        add(name, "account_adjustments", lambda rows, kind=kind: rows["kind"] == kind)


def _control_totals(totals: Counter[str]) -> dict[str, int]:
    """Totals in cents; the open balance is what is left of the charges, credits deducted.

    `checks_paid` is what payers' checks amount to: payer_paid less the provider-level adjustments,
    which belong to no account.
    """
    credits = ("contractual", "sequestration", "payer_paid", "patient_paid", *ADJUSTMENT_TYPES)
    named = {name: totals[name] for name in ("charges", *credits, "refunds")}
    open_balance = totals["charges"] + totals["refunds"] - sum(totals[name] for name in credits)
    return named | {
        "open_balance": open_balance,
        "provider_adjustments": totals["provider_adjustments"],
        "checks_paid": totals["payer_paid"] - totals["provider_adjustments"],
    }
