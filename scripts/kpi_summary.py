"""Print the KPI summary of a target: `python -m scripts.kpi_summary` or `make summary`.

Every figure comes from analyses/kpi_summary.sql and analyses/kpi_summary_by_payer_class.sql; here
they are only put in words.
"""

import argparse
import datetime as dt
import os
import sys
from collections.abc import Sequence
from decimal import Decimal
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.text import Text

from ingestion.dbt_profile import ProfileError, read_target
from scripts.paths import ROOT
from scripts.run_analyses import AnalysisError, ask, money, one_decimal, padded, percent

SUMMARY, BY_PAYER_CLASS = "kpi_summary", "kpi_summary_by_payer_class"
ALL_PAYERS = "All payers"
OWN_POSTGRES = "dev"
SIGNS = {"at_most": "≤", "at_least": "≥"}
VERDICTS = {True: "green", False: "red", None: ""}
FAINT, HEAD = "dim", "bold"

NOTES = """
Initial denials are of the last three months whose claims have had time to be answered.
Net collection is payments less refunds ÷ what the contracts allow, of all claims so far."""
CLASS_AMOUNTS = ("paid_amount", "balance_amount")
CLASS_FIGURES = (
    ("net_ar_days", "days"),
    ("ar_over_90_rate", "rate"),
    ("initial_denial_rate", "rate"),
    ("remittance_denial_rate", "rate"),
    ("net_collection_rate", "rate"),
)

Record = dict[str, Any]
Cell = tuple[str, str]  # text and style


class EmptyMartsError(Exception):
    """The marts hold nothing to summarize."""


def figure_text(value: Decimal | None, unit: str) -> str:
    """A value in its unit: days, rate or dollars."""
    if value is None:
        return "n/a"
    match unit:
        case "days":
            return one_decimal(value)
        case "rate":
            return percent(value)
        case "dollars":
            return money(value)
        case "claims":
            return f"{value:,.0f}"
    raise ValueError(f"unit is {unit!r}, not 'days', 'rate', 'dollars' or 'claims'")


def target_text(figure: Record) -> str:
    """The target with the side on which the KPI is good; empty where there is none."""
    if figure["target_value"] is None:
        return ""
    return f"{SIGNS[figure['comparison']]} {figure_text(figure['target_value'], figure['unit'])}"


def label(figure: Record) -> str:
    """The KPI's name; "so far" where it has a target that it can't be held against yet."""
    is_open = figure["target_value"] is not None and figure["is_on_target"] is None
    return f"{figure['kpi_label']} so far" if is_open else str(figure["kpi_label"])


def basis(figure: Record) -> str:
    """What the value is made of: numerator, denominator and, unless it is as of a day, period."""
    words = str(figure["basis_label"])
    if figure["denominator"] is not None:
        numerator = figure_text(figure["numerator"], figure["counted_in"])
        denominator = figure_text(figure["denominator"], figure["counted_in"])
        words = f"{numerator} {'÷' if figure['unit'] == 'days' else 'of'} {denominator} {words}"
    when = period(figure["from_date"], figure["to_date"])
    return f"{words}, {when}" if when else words


def period(first: dt.date, last: dt.date) -> str:
    """The months from the first day to the last; empty for a single day."""
    if first == last:
        return ""
    if (first.year, first.month) == (last.year, last.month):
        return f"{first:%b %Y}"
    if first.year == last.year:
        return f"{first:%b} to {last:%b %Y}"
    return f"{first:%b %Y} to {last:%b %Y}"


def kpi_rows(figures: Sequence[Record]) -> list[list[Cell]]:
    """One row per KPI: value, target, and what was divided by what."""
    header: list[Cell] = [("", ""), ("value", FAINT), ("target", FAINT), ("", "")]
    return [header] + [
        [
            (label(figure), ""),
            (
                figure_text(figure["kpi_value"], figure["unit"]),
                VERDICTS[figure["is_on_target"]],
            ),
            (target_text(figure), ""),
            (basis(figure), FAINT),
        ]
        for figure in figures
    ]


def money_rows(total: Record) -> list[list[Cell]]:
    """Where the charges went: the parts add up to what was billed, to the cent."""
    parts = (
        ("Billed", "billed_amount", f"on {total['claim_count']:,} claims"),
        ("- paid", "paid_amount", "by payers and patients, less refunds"),
        ("- adjusted", "adjusted_amount", "by contract, and discounts to the uninsured"),
        ("- written off", "written_off_amount", "denials, bad debt, charity, small balances"),
        ("= open", "balance_amount", "less credit balances"),
    )
    return [[(part, ""), (money(total[name]), ""), (words, FAINT)] for part, name, words in parts]


def payer_class_rows(classes: Sequence[Record]) -> list[list[Cell]]:
    """One row per payer class, then all payers, then the targets."""
    above = ("", "", "", "net", "over", "initial", "denials", "collected")
    below = ("", "paid", "open", "days", "90 days", "denials", "remitted", "so far")
    rows: list[list[Cell]] = [[(text, FAINT) for text in line] for line in (above, below)]
    for row in classes:
        is_target = row["claim_count"] is None
        texts = [str(row["payer_class_label"])]
        texts += ["" if is_target else money(row[name]) for name in CLASS_AMOUNTS]
        texts += [figure_text(row[name], unit) for name, unit in CLASS_FIGURES]
        is_class = not is_target and row["payer_class_label"] != ALL_PAYERS
        rows.append([(text, "" if is_class else HEAD) for text in texts])
    return rows


def print_rows(console: Console, rows: Sequence[Sequence[Cell]], words: Sequence[int]) -> None:
    """Print rows in columns, those of `words` set to the left.

    A line may exceed the screen, but no figure is ever cut.
    """
    numbers = [position not in words for position in range(len(rows[0]))]
    texts = padded([[text for text, _ in row] for row in rows], numbers)
    for row, cells in zip(rows, texts, strict=True):
        line = Text()
        for (_, style), text in zip(row, cells, strict=True):
            line.append(text, style).append("  ")
        line.rstrip()
        console.print(line, soft_wrap=True)


def where_next(target: str) -> list[tuple[str, str]]:
    """What to do after reading the summary: the purpose, and the command or place."""
    settings = read_target(target)
    page = Path(os.environ.get("DBT_TARGET_PATH") or "target") / "static_index.html"
    is_there = (ROOT / page).exists()
    suffix = "" if target == OWN_POSTGRES else f" TARGET={target}"
    steps = [
        ("more questions", f"make analyses{suffix}"),
        ("every table and column", f"open {page}" if is_there else f"make docs{suffix}"),
    ]
    if settings["type"] == "duckdb":
        return [("SQL", f"DuckDB file {settings['path']}, schema mart"), *steps]
    if target != OWN_POSTGRES:
        place = f"{settings['host']}:{settings['port']}, database {settings['dbname']}"
        return [("SQL and BI tools", f"PostgreSQL at {place}, schema mart"), *steps]
    return [
        ("SQL prompt", "make psql"),
        *steps,
        ("connect a BI tool", "make postgres-tcp, which prints the connection string"),
    ]


def summarize(target: str, console: Console) -> None:
    """Ask the target and print. Raises AnalysisError, EmptyMartsError or ProfileError."""
    summary, by_class = (answer.records() for answer in ask([SUMMARY, BY_PAYER_CLASS], target))
    total = next((row for row in by_class if row["payer_class_label"] == ALL_PAYERS), None)
    if not summary or total is None or not total["claim_count"]:
        raise EmptyMartsError(
            f"the marts of target {target} are empty: load data (make generate load), "
            "then run dbt build"
        )
    as_of: dt.date = summary[0]["as_of_date"]
    console.print(f"\nRevenue cycle as of {as_of:%B} {as_of.day}, {as_of.year}\n", style=HEAD)
    print_rows(console, kpi_rows(summary), words=(0, 3))
    console.print(NOTES, style=FAINT, soft_wrap=True)
    console.print("\nWhere the charges went\n", style=HEAD)
    print_rows(console, money_rows(total), words=(0, 2))
    console.print("\nBy payer class\n", style=HEAD)
    print_rows(console, payer_class_rows(by_class), words=(0,))
    console.print("\nWhere to go next\n", style=HEAD)
    for purpose, command in where_next(target):
        console.print(f"{purpose:24}{command}", soft_wrap=True)


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command line and return its exit code."""
    parser = argparse.ArgumentParser(
        prog="python -m scripts.kpi_summary",
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument(
        "--target", default="dev", help="target of the dbt profile to summarize (default: dev)"
    )
    options = parser.parse_args(arguments)
    # colours are rich's own affair: on a terminal only, and not under NO_COLOR
    console = Console(highlight=False)
    try:
        summarize(options.target, console)
    except (AnalysisError, EmptyMartsError, ProfileError) as error:
        print(f"error: {error}", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
