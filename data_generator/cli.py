"""Command line: generate a set of files, or load one into the warehouse."""

import argparse
import datetime as dt
import sys
from collections.abc import Sequence
from pathlib import Path

from tqdm import tqdm

from data_generator.generate import generate
from data_generator.load import DEFAULT_FOLDER, LoadError, load
from data_generator.manifest import OptionError, Options
from data_generator.writer import FORMATS
from ingestion.contract import ContractError, load_contract
from ingestion.dbt_profile import ProfileError
from ingestion.warehouse import WarehouseError

_DESCRIPTION = """\
Simulate the revenue cycle of two hospitals and write it as the tables of schema raw.

Every billing account lives its whole life: charges, claim, acknowledgement, remittance, denial
and rework, patient balance. The same options always give the same files.
"""
_EXAMPLES = """\
examples:
  python -m data_generator
      two years up to 2025-12-31, 5,000 claims a month, into data/raw
  python -m data_generator --months 6 --claims-per-month 500 --out data/small
      a small set that is ready in seconds
  python -m data_generator --end-date 2026-03-31 --months 27
      the same two years and three months more
  python -m data_generator --format csv --out data/csv
      comma-separated text instead of Parquet
  python -m data_generator load --target dev
      load data/raw into the warehouse that the dbt profile calls dev
"""
_LOAD_DESCRIPTION = """\
Load a generated set into schema raw of a dbt target, all of it or nothing.

Rows of an earlier generated set are replaced; rows that came from real files stay. A set that is
in the warehouse already is not loaded again.
"""
_LOAD_EXAMPLES = """\
examples:
  python -m data_generator load --target dev
  python -m data_generator load --target dev --from data/small
"""


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command line; 0 when all went well, 2 when an option or the data can't be used."""
    given = list(sys.argv[1:] if arguments is None else arguments)
    try:
        if given[:1] == ["load"]:
            return _load(given[1:])
        return _generate(given)
    except (OptionError, LoadError, ContractError, ProfileError, WarehouseError) as error:
        print(f"error: {error}", file=sys.stderr)
        return 2


def _generate(given: list[str]) -> int:
    options = _generate_parser().parse_args(given)
    wanted = Options(options.months, options.claims_per_month, options.seed, options.end_date)
    with tqdm(total=wanted.months, unit="month", desc="generating", disable=None) as bar:

        def show(month: str) -> None:
            bar.set_postfix_str(month)
            bar.update()

        manifest, is_new = generate(wanted, options.out, options.format, load_contract(), show)
    rows = sum(manifest["rows"].values())
    if is_new:
        print(f"{options.out}: {rows:,} rows in {len(manifest['rows'])} tables")
    else:
        print(f"{options.out}: holds these {rows:,} rows already, nothing to do")
    return 0


def _load(given: list[str]) -> int:
    options = _load_parser().parse_args(given)
    with tqdm(unit="row", unit_scale=True, desc="loading", disable=None) as bar:

        def show(table: str, rows: int, total: int) -> None:
            bar.total = total
            bar.set_postfix_str(table)
            bar.update(rows)

        loaded = load(options.target, options.folder, show)
    if loaded.is_new:
        print(f"{options.target}: loaded {loaded.rows:,} rows of {loaded.batch_id}")
    else:
        print(f"{options.target}: {loaded.batch_id} is loaded already, nothing to do")
    return 0


def _generate_parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m data_generator",
        description=_DESCRIPTION,
        epilog=_EXAMPLES,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument(
        "--months",
        type=int,
        default=24,
        metavar="N",
        help="calendar months of service, the last one being that of --end-date (default 24)",
    )
    parser.add_argument(
        "--claims-per-month",
        type=int,
        default=5000,
        metavar="N",
        help="billing accounts a month, self-pay included (default 5000)",
    )
    parser.add_argument(
        "--seed",
        type=int,
        default=42,
        metavar="N",
        help="another seed gives another world (default 42)",
    )
    parser.add_argument(
        "--end-date",
        type=_date,
        default=dt.date(2025, 12, 31),
        metavar="YYYY-MM-DD",
        help="last day with data; nothing later is written (default 2025-12-31)",
    )
    parser.add_argument(
        "--out",
        type=Path,
        default=DEFAULT_FOLDER,
        metavar="FOLDER",
        help=f"where the files go; a set that is there is replaced (default {DEFAULT_FOLDER})",
    )
    parser.add_argument(
        "--format", choices=FORMATS, default="parquet", help="kind of file (default parquet)"
    )
    return parser  # fmt: skip


def _load_parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m data_generator load",
        description=_LOAD_DESCRIPTION,
        epilog=_LOAD_EXAMPLES,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("--target", required=True, help="target of the dbt profile, such as dev")
    parser.add_argument(
        "--from", dest="folder", type=Path, default=DEFAULT_FOLDER, metavar="FOLDER",
        help=f"folder of a generated set (default {DEFAULT_FOLDER})",
    )  # fmt: skip
    return parser


def _date(value: str) -> dt.date:
    try:
        return dt.date.fromisoformat(value)
    except ValueError:
        raise argparse.ArgumentTypeError(f"{value} is no date; write YYYY-MM-DD") from None
