"""Command line: generate a base set or nightly drops, or load them into the warehouse."""

import argparse
import datetime as dt
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import NoReturn

from tqdm import tqdm

from data_generator import stories
from data_generator.arrays import day_number
from data_generator.generate import generate, generate_drops
from data_generator.load import DEFAULT_FOLDER, Loaded, LoadError, load
from data_generator.manifest import BASE, OptionError, Options, months_between
from data_generator.writer import FORMATS
from ingestion.contract import ContractError, load_contract
from ingestion.dbt_profile import ProfileError
from ingestion.warehouse import WarehouseError

DEFAULT_MONTHS = 24
DEFAULT_DROPS_FOLDER = Path("data/drops")

_DESCRIPTION = """\
Simulate the revenue cycle of two hospitals and write it as the tables of schema raw.

Every billing account lives its whole life: charges, claim, acknowledgement, remittance, denial
and rework, patient balance. The same options always give the same files. Beside them lies the
answer key (truth.json, truth_*.parquet): what a perfect reader of the files would say, the
planted stories, and every defect.
"""
_EXAMPLES = """\
examples:
  python -m data_generator
      two years up to 2025-12-31, 5,000 claims a month, into data/raw
  python -m data_generator --months 6 --claims-per-month 500 --out data/small
      a small set that is ready in seconds
  python -m data_generator --clean --stories none
      files without a defect, and nothing planted
  python -m data_generator --stories list
      what can be planted
  python -m data_generator --format csv --out data/csv
      comma-separated text instead of Parquet
  python -m data_generator --format x12 --months 6 --out data/x12
      the tables, and beside them the same claims and remittances as 837 and 835 files
  python -m data_generator load --target dev
      load data/raw into the warehouse that the dbt profile calls dev

night after night:
  python -m data_generator --start-date 2024-01-01 --end-date 2025-12-31
  python -m data_generator load --target dev
      the base set: all that arrives until the end of 2025
  python -m data_generator --start-date 2024-01-01 --since 2025-12-31 --end-date 2026-01-31
  python -m data_generator load --target dev --from data/drops
      what arrives in each night of January, one folder a day, on top of the base set
  python -m data_generator --start-date 2024-01-01 --end-date 2026-01-31 --out data/all
      the same rows at once
"""
_LOAD_DESCRIPTION = """\
Load generated files into schema raw of a dbt target.

Another base set replaces what was generated before, nights included, all at once or not at all;
rows that came from real files stay. Drops continue the base set that is loaded: each night is
loaded whole or not at all, in whatever order the nights come; what is missing between them is told.
What is in the warehouse already is not loaded again, so a load that was interrupted can simply be
repeated.
"""
_LOAD_EXAMPLES = """\
examples:
  python -m data_generator load --target dev
  python -m data_generator load --target dev --from data/small
  python -m data_generator load --target dev --from data/drops
      every night in data/drops that is not loaded yet
  python -m data_generator load --target dev --from data/drops/2026-01-01
      one night
"""


class _Parser(argparse.ArgumentParser):
    """A parser that says what is wrong in one line."""

    def error(self, message: str) -> NoReturn:
        """Print the line and leave with code 2."""
        self.exit(2, f"error: {message}; see {self.prog} --help\n")


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command line; 0 when all went well, 2 when an option or the data can't be used.

    130 after Ctrl-C, as shells expect.
    """
    given = list(sys.argv[1:] if arguments is None else arguments)
    try:
        if given[:1] == ["load"]:
            return _load(given[1:])
        return _generate(given)
    except (OptionError, LoadError, ContractError, ProfileError, WarehouseError) as error:
        print(f"error: {error}", file=sys.stderr)
        return 2
    except KeyboardInterrupt:
        print("interrupted: what was not complete is not there", file=sys.stderr)
        return 130


def _generate(given: list[str]) -> int:
    arguments = _generate_parser().parse_args(given)
    options = _options(arguments)
    if arguments.stories == "list":
        _list_stories(options)
        return 0
    since = arguments.since
    out = arguments.out or (DEFAULT_FOLDER if since is None else DEFAULT_DROPS_FOLDER)
    with tqdm(total=options.months, unit="month", desc="generating", disable=None) as bar:

        def show(month: str) -> None:
            bar.set_postfix_str(month)
            bar.update()

        contract = load_contract()
        if since is None:
            manifest, is_new = generate(options, out, arguments.format, contract, show)
        else:
            manifest, is_new = generate_drops(options, since, out, arguments.format, contract, show)
    rows = sum(manifest["rows"].values())
    if not is_new:
        print(f"{out}: holds these {rows:,} rows already, nothing to do")
    elif since is None:
        print(f"{out}: {rows:,} rows in {len(manifest['rows'])} tables")
        if x12 := manifest.get("x12"):
            print(f"{out / 'x12'}: {x12['835_files']:,} 835 files, {x12['837_files']:,} 837 files")
    else:
        print(f"{out}: {rows:,} rows in {len(manifest['drops'])} nights after {since}")
    return 0


def _options(arguments: argparse.Namespace) -> Options:
    months = arguments.months
    if arguments.start_date is not None:
        months = months_between(arguments.start_date, arguments.end_date)
    elif months is None and arguments.since is not None:
        raise OptionError(
            "--since needs --start-date, the first day of the base set that the drops continue, or "
            "--months back to it"
        )
    return Options(
        DEFAULT_MONTHS if months is None else months,
        arguments.claims_per_month,
        arguments.seed,
        arguments.end_date,
        _stories(arguments.stories),
        not arguments.clean,
    )


def _stories(text: str) -> tuple[str, ...]:
    """The stories that are wanted, in their own order whatever the order in which they come."""
    if text in ("all", "list", "none"):
        return () if text == "none" else stories.NAMES
    wanted = {name.strip() for name in text.split(",")}
    if unknown := sorted(wanted - set(stories.NAMES)):
        raise OptionError(
            f"--stories: no story is called {', '.join(unknown)}; use all, none, or some of "
            f"{', '.join(stories.NAMES)}"
        )
    return tuple(name for name in stories.NAMES if name in wanted)


def _list_stories(options: Options) -> None:
    planned = stories.plan_stories(options.seed, day_number(options.start_date), options.stories)
    width = max(map(len, stories.NAMES))
    for story in planned.describe():
        print(f"{story['name']:<{width}}  {story['first_day']} to {story['last_day']}  "
              f"{story['what']}")  # fmt: skip


def _load(given: list[str]) -> int:
    arguments = _load_parser().parse_args(given)
    with tqdm(unit="row", unit_scale=True, desc="loading", disable=None) as bar:

        def show(table: str, rows: int, total: int) -> None:
            bar.total = total
            bar.set_postfix_str(table)
            bar.update(rows)

        loaded = load(arguments.target, arguments.folder, show)
    print(f"{arguments.target}: {_describe(loaded)}")
    if loaded.missing:
        print(f"{arguments.target}: still to come: {_periods(loaded.missing)}, in any order")
    return 0


def _describe(loaded: Loaded) -> str:
    first, last = loaded.batches[0], loaded.batches[-1]
    if first.kind == BASE:
        if not loaded.written:
            return f"{first.id} is loaded already, nothing to do"
        return f"loaded {loaded.rows:,} rows of {first.id}"
    if not loaded.written:
        return f"the nights from {first.day} to {last.day} are loaded already, nothing to do"
    first, last = loaded.written[0], loaded.written[-1]
    there = len(loaded.batches) - len(loaded.written)
    nights = f"{len(loaded.written)} night{'s' if len(loaded.written) > 1 else ''}"
    return f"loaded {loaded.rows:,} rows of {nights}, {first.day} to {last.day}" + (
        f"; {there} other{'s were' if there > 1 else ' was'} there already" if there else ""
    )


def _periods(days: Sequence[dt.date]) -> str:
    """Days in order as text, those in a row as one period."""
    periods: list[list[dt.date]] = []
    for day in days:
        if periods and day - periods[-1][-1] == dt.timedelta(days=1):
            periods[-1].append(day)
        else:
            periods.append([day])
    return ", ".join(
        str(period[0]) if len(period) == 1 else f"{period[0]} to {period[-1]}" for period in periods
    )


def _generate_parser() -> argparse.ArgumentParser:
    parser = _Parser(
        prog="python -m data_generator",
        description=_DESCRIPTION,
        epilog=_EXAMPLES,
        formatter_class=argparse.RawDescriptionHelpFormatter,
        allow_abbrev=False,
    )
    period = parser.add_mutually_exclusive_group()
    period.add_argument(
        "--months",
        type=int,
        metavar="N",
        help="calendar months of service, the last one being that of --end-date "
        f"(default {DEFAULT_MONTHS})",
    )
    period.add_argument(
        "--start-date",
        type=_date,
        metavar="YYYY-MM-DD",
        help="first day of service instead, the first of a month; a later --end-date then adds "
        "rows and changes none",
    )
    parser.add_argument(
        "--end-date",
        type=_date,
        default=dt.date(2025, 12, 31),
        metavar="YYYY-MM-DD",
        help="last day with data; nothing later is written (default 2025-12-31)",
    )
    parser.add_argument(
        "--since",
        type=_date,
        metavar="YYYY-MM-DD",
        help="write only what arrives after this day, as nightly drops: one folder a day",
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
    dirt = parser.add_mutually_exclusive_group()
    dirt.add_argument(
        "--defects",
        action="store_true",
        help="duplicates, orphans, impossible values, late and torn files, at the rates of "
        "parameters.py (the default)",
    )
    dirt.add_argument("--clean", action="store_true", help="no defects")
    parser.add_argument(
        "--stories",
        default="all",
        metavar="NAMES",
        help="what is planted: all (default), none, names with commas between them; list shows "
        "what there is, and when it happens with this seed and period",
    )
    parser.add_argument(
        "--out",
        type=Path,
        metavar="FOLDER",
        help="where the files go; what was generated there is replaced "
        f"(default {DEFAULT_FOLDER}, with --since {DEFAULT_DROPS_FOLDER})",
    )
    parser.add_argument(
        "--format",
        choices=FORMATS,
        default="parquet",
        help="kind of file (default parquet); x12 adds 835 and 837 files to the Parquet ones",
    )
    return parser


def _load_parser() -> argparse.ArgumentParser:
    parser = _Parser(
        prog="python -m data_generator load",
        description=_LOAD_DESCRIPTION,
        epilog=_LOAD_EXAMPLES,
        formatter_class=argparse.RawDescriptionHelpFormatter,
        allow_abbrev=False,
    )
    parser.add_argument("--target", required=True, help="target of the dbt profile, such as dev")
    parser.add_argument(
        "--from",
        dest="folder",
        type=Path,
        default=DEFAULT_FOLDER,
        metavar="FOLDER",
        help=f"a base set, a folder of drops, or one drop (default {DEFAULT_FOLDER})",
    )
    return parser


def _date(value: str) -> dt.date:
    try:
        return dt.datetime.strptime(value, "%Y-%m-%d").date()
    except ValueError:
        raise argparse.ArgumentTypeError(f"{value} is no date; write YYYY-MM-DD") from None
