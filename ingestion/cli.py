"""The command line: `python -m ingestion x12 FOLDER`, `python -m ingestion tables`."""

import argparse
import datetime as dt
import logging
import sys
from collections.abc import Sequence
from decimal import Decimal
from pathlib import Path

from tqdm import tqdm

from ingestion.contract import ContractError
from ingestion.dbt_profile import ProfileError
from ingestion.warehouse import REFUSED, REGISTRY, WarehouseError, open_warehouse
from ingestion.x12.load import FileReport, load_files

EXIT_LOADED, EXIT_REFUSED, EXIT_USAGE = 0, 1, 2

DESCRIPTION = "Bring real files of healthcare's revenue cycle into schema raw of the warehouse."

X12_DESCRIPTION = """\
Load remittances: X12 835 files (005010X221A1), as payers and clearinghouses send them.

Every file is loaded whole or refused whole. A file is refused when
  - it is not X12, or not an 835 (837 and 277 files in the same folder are refused as such);
  - it is cut off: SE, GE or IEA is missing, or its count or control number is wrong;
  - the money does not add up: in a line, a claim, the lines of a claim, or the payment;
  - it brings a payment that is in the warehouse already, under another envelope.
The reason names the segment, counted from 1 at ISA, and stays in raw.load_batches. The other
files are loaded all the same. What is odd but leaves the money certain, such as a payment date
that no calendar has, is loaded and said.

The same file a second time, under whatever name, changes nothing; so point this at the folder
where the files arrive and run it as often as you like. Afterwards, `dbt build` brings the new
rows into the marts."""

X12_EPILOG = """\
examples:
  python -m ingestion x12 inbox
  python -m ingestion x12 inbox/2025-12-31.835 --target duckdb
  python -m ingestion x12 inbox --loaded-at 2025-12-31T23:30:00

exit codes:
  0  every file is in the warehouse, now or from an earlier run
  1  some file was refused; all others are in the warehouse
  2  nothing was done: wrong usage, or the warehouse can't be reached"""

TABLES_DESCRIPTION = """\
Make the tables of schema raw that are missing, empty, and raw.load_batches with them.

For a loader of your own, which fills them and registers each of its loads there. What exists
already stays as it is, columns that the raw contract has gained aside, which are added. The
project's own loaders do the same by themselves."""

LOADED_AT_HELP = """\
when the files count as arrived, such as 2025-12-31T23:30:00 (default: now, in UTC). The marts
describe the day of the last arrival (as_of_date). Among the demo's simulated claims, pass the
demo's end date; otherwise the marts jump to today, and every open claim ages by that much"""


def parser() -> argparse.ArgumentParser:
    """The command line."""
    formatter = argparse.RawDescriptionHelpFormatter
    root = argparse.ArgumentParser(prog="python -m ingestion", description=DESCRIPTION)
    commands = root.add_subparsers(dest="command", required=True, metavar="COMMAND")
    x12 = commands.add_parser(
        "x12",
        help="load 835 remittance files",
        description=X12_DESCRIPTION,
        epilog=X12_EPILOG,
        formatter_class=formatter,
    )
    x12.add_argument(
        "folder",
        type=Path,
        metavar="FOLDER",
        help="folder of files, whatever they are called (not its sub-folders), or one file",
    )
    x12.add_argument(
        "--target", default="dev", help="target of the dbt profile to load into (default: dev)"
    )
    x12.add_argument(
        "--loaded-at", type=timestamp, default=None, metavar="TIME", help=LOADED_AT_HELP
    )
    x12.add_argument(
        "--accept-wrong-counts",
        action="store_true",
        help="load a file whose SE, GE or IEA count is wrong, if its money adds up: for a sender "
        "who is known to miscount",
    )
    tables = commands.add_parser(
        "tables",
        help="make the raw tables that are missing",
        description=TABLES_DESCRIPTION,
        formatter_class=formatter,
    )
    tables.add_argument(
        "--target", default="dev", help="target of the dbt profile to make them in (default: dev)"
    )
    return root


def timestamp(text: str) -> dt.datetime:
    """A naive time in UTC from ISO 8601; one with an offset is converted."""
    try:
        time = dt.datetime.fromisoformat(text)
    except ValueError:
        raise argparse.ArgumentTypeError(
            f"{text!r} is not a time such as 2025-12-31T23:30:00"
        ) from None
    return time.astimezone(dt.UTC).replace(tzinfo=None) if time.tzinfo else time


def files_in(folder: Path) -> list[Path]:
    """The files to load, by name; a hidden one is some program's own business."""
    if folder.is_file():
        return [folder]
    return sorted(
        path for path in folder.iterdir() if path.is_file() and not path.name.startswith(".")
    )


def load_x12(folder: Path, target: str, loaded_at: dt.datetime, accept_wrong_counts: bool) -> int:
    """Load the 835 files, print the summary, and return the exit code."""
    paths = files_in(folder)
    if not paths:
        raise FileNotFoundError(f"{folder} holds no files")
    reports = []
    with (
        open_warehouse(target) as warehouse,
        tqdm(total=len(paths), unit="file", disable=None) as bar,
    ):
        for report in load_files(
            warehouse,
            paths,
            loaded_at,
            accept_wrong_counts,
            on_file=lambda path: bar.set_postfix_str(path.name),
        ):
            reports.append(report)
            bar.update()
    print(summary(reports))
    refused = sum(report.status == REFUSED for report in reports)
    if refused:
        print(f"\n{refused} of {len(reports)} files refused; {REGISTRY} keeps the reasons")
    return EXIT_REFUSED if refused else EXIT_LOADED


def make_tables(target: str) -> int:
    """Make what schema raw lacks, say so, and return the exit code."""
    with open_warehouse(target) as warehouse:
        warehouse.ensure_raw_tables()
        print(f"{target}: schema raw has the {len(warehouse.contract)} tables and {REGISTRY}")
    return EXIT_LOADED


def summary(reports: Sequence[FileReport]) -> str:
    """A table with one line per file, and the totals of what was loaded now."""
    header = ("file", "status", "claims", "billed", "paid", "payment", "reason or remark")
    rows = [
        (
            report.file_name,
            report.status,
            "" if report.claims is None else f"{report.claims:,}",
            _money(report.billed),
            _money(report.paid),
            _money(report.payments),
            report.reason or "",
        )
        for report in reports
    ]
    loaded = [report for report in reports if report.claims is not None]
    total = (
        "total",
        "",
        f"{sum(report.claims or 0 for report in loaded):,}",
        _money(sum((report.billed or Decimal() for report in loaded), Decimal())),
        _money(sum((report.paid or Decimal() for report in loaded), Decimal())),
        _money(sum((report.payments or Decimal() for report in loaded), Decimal())),
        "",
    )
    widths = [max(len(row[column]) for row in (header, *rows, total)) for column in range(6)]
    return "\n".join(_line(row, widths) for row in (header, *rows, total))


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command line and return its exit code."""
    logging.basicConfig(level=logging.INFO, format="%(message)s", stream=sys.stderr)
    options = parser().parse_args(arguments)
    try:
        if options.command == "tables":
            return make_tables(options.target)
        if not options.folder.exists():
            parser().error(f"{options.folder} does not exist")
        loaded_at = options.loaded_at or dt.datetime.now(dt.UTC).replace(tzinfo=None)
        return load_x12(options.folder, options.target, loaded_at, options.accept_wrong_counts)
    except (ContractError, ProfileError, WarehouseError, FileNotFoundError) as error:
        print(f"error: {error}", file=sys.stderr)
        return EXIT_USAGE


def _money(value: Decimal | None) -> str:
    return "" if value is None else f"{value:,.2f}"


def _line(row: Sequence[str], widths: Sequence[int]) -> str:
    texts = [cell.ljust(width) for cell, width in zip(row[:2], widths[:2], strict=True)]
    figures = [cell.rjust(width) for cell, width in zip(row[2:6], widths[2:], strict=True)]
    return "  ".join([*texts, *figures, row[6]]).rstrip()
