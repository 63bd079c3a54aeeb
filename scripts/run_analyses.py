"""Run the queries of analyses/ in a target: `python -m scripts.run_analyses [NAME ...]`.

Each is compiled and run by dbt (`dbt show`), so refs, profile and engine are those of `dbt build`,
and its rows are printed. The exit code is 1 if any fails. Those of analyses/drill_down tell what is
behind one figure: they run when named, with the key of a row of their KPI table as --cell.
"""

import argparse
import datetime as dt
import json
import sys
import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal
from pathlib import Path
from typing import Any

from scripts.paths import ROOT

DEFAULT_ROWS = 20
EPILOG = """\
examples:
  python -m scripts.run_analyses                            every query, in the target dev
  python -m scripts.run_analyses claim_denial_rates         one of them
  python -m scripts.run_analyses --list                     their names
  python -m scripts.run_analyses --target duckdb --rows 0   all rows, in DuckDB
  python -m scripts.run_analyses claims_behind_denial_rate --cell KEY
                                                            the claims behind the figure of
                                                            kpi_denial_rate whose key is KEY"""
DRILL_DOWNS, BEHIND = "drill_down", "claims_behind_"


class AnalysisError(Exception):
    """A query can't be compiled or run; the message is dbt's, which names it."""


@dataclass(frozen=True)
class Answer:
    """The rows of one query, in its own order; money and rates are Decimal."""

    name: str
    columns: tuple[str, ...]
    rows: tuple[tuple[Any, ...], ...]

    def records(self) -> list[dict[str, Any]]:
        """The rows by column name."""
        return [dict(zip(self.columns, row, strict=True)) for row in self.rows]


def analysis_names(project: Path = ROOT) -> list[str]:
    """Names of the queries in analyses/."""
    return sorted(path.stem for path in (project / "analyses").glob("**/*.sql"))


def drill_down_names(project: Path = ROOT) -> list[str]:
    """Those that return what stands behind the figures of a KPI."""
    return sorted(path.stem for path in (project / "analyses" / DRILL_DOWNS).glob("*.sql"))


def ask(
    names: Sequence[str], target: str, project: Path = ROOT, cell_key: str = ""
) -> list[Answer]:
    """Compile and run queries in a target, in the order of `names`.

    Drill-downs are held to the figure with `cell_key`, if there is one.
    Raises AnalysisError when the project can't be parsed, the target can't be reached, or a query
    fails or returns no columns. dbt stops at the first failure.
    """
    from dbt.cli.main import dbtRunner  # takes a second and a half to import

    # dbt prints what a query is called in --select; what is left after --exclude it only returns
    options = ["--select", "resource_type:analysis", "--limit", "-1", "--target", target]
    if others := [name for name in analysis_names(project) if name not in names]:
        options += ["--exclude", *others]
    if cell_key:
        options += ["--vars", json.dumps({"cell_key": cell_key})]
    quiet = ["--quiet", "--log-level", "none", "--no-write-json"]
    outcome = dbtRunner().invoke([*quiet, "show", "--project-dir", str(project), *options])
    if not outcome.success or outcome.exception:
        raise AnalysisError(str(outcome.exception or "dbt show failed without a word"))
    results: Any = outcome.result
    tables = {result.node.name: result.agate_table for result in results}
    return [_answer(name, tables.get(name)) for name in names]


def ask_each(
    names: Sequence[str], target: str, project: Path = ROOT, cell_key: str = ""
) -> tuple[list[Answer], list[str]]:
    """Compile and run queries one by one: the answers, and what was wrong with the others."""
    answers, problems = [], []
    for name in names:
        try:
            answers += ask([name], target, project, cell_key)
        except AnalysisError as error:
            problems.append(str(error))
    return answers, problems


def _answer(name: str, table: Any) -> Answer:
    if table is None or not table.column_names:
        raise AnalysisError(f"analyses/{name}.sql returned no columns")
    rows = tuple(tuple(row.values()) for row in table.rows)
    return Answer(name, tuple(table.column_names), rows)


def cell(column: str, value: Any) -> str:
    """A value as reports print it, by its type and the last word of its column's name."""
    match value:
        case None:
            return ""
        case bool():
            return "yes" if value else "no"
        case dt.datetime():
            return value.isoformat(sep=" ")
        case dt.date():
            return value.isoformat()
        case int() | Decimal() if column.endswith("_amount"):
            return money(Decimal(value))
        case int() | Decimal() if column.endswith("_rate"):
            return percent(Decimal(value))
        case Decimal() if column.endswith("_days"):
            return one_decimal(value)
        case int() | Decimal():
            return f"{value:,}"
    return str(value)


def money(value: Decimal) -> str:
    """US dollars to the cent."""
    return f"{'-' if value < 0 else ''}${abs(value):,.2f}"


def percent(value: Decimal) -> str:
    """A share of 1 as per cent."""
    return f"{one_decimal(100 * value)} %"


def one_decimal(value: Decimal) -> str:
    """A number to one decimal, rounded as people do: half goes up."""
    return f"{value.quantize(Decimal('0.1'), ROUND_HALF_UP):,}"


def as_table(answer: Answer, most_rows: int = DEFAULT_ROWS) -> str:
    """The rows below each other, numbers to the right; `most_rows` 0 means all of them."""
    shown = answer.rows[: most_rows or None]
    texts = [
        [cell(name, value) for name, value in zip(answer.columns, row, strict=True)]
        for row in shown
    ]
    widths = [max(map(len, column)) for column in zip(*texts, strict=True)] or [0] * len(
        answer.columns
    )
    headers = [_broken_name(*pair) for pair in zip(answer.columns, widths, strict=True)]
    height = max(map(len, headers))
    header_rows = list(zip(*([""] * (height - len(h)) + h for h in headers), strict=True))
    rule = ["-" * max(map(len, column)) for column in zip(*header_rows, *texts, strict=True)]
    numbers = [_are_numbers([row[index] for row in shown]) for index in range(len(headers))]
    lines = ["  ".join(row).rstrip() for row in padded([*header_rows, rule, *texts], numbers)]
    hidden = len(answer.rows) - len(shown)
    if hidden:
        lines.append(f"... and {hidden:,} more of {len(answer.rows):,} rows; --rows 0 shows all")
    elif not shown:
        lines.append("(no rows)")
    return "\n".join(lines)


def padded(rows: Sequence[Sequence[str]], numbers: Sequence[bool]) -> list[list[str]]:
    """The cells, each as wide as its column: numbers set to the right, words to the left."""
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    return [
        [
            text.rjust(width) if number else text.ljust(width)
            for text, width, number in zip(row, widths, numbers, strict=True)
        ]
        for row in rows
    ]


def _broken_name(name: str, width: int) -> list[str]:
    """A column's name on as many lines as its values' width asks for, broken after underscores."""
    words = [f"{word}_" for word in name.split("_")]
    words[-1] = words[-1][:-1]
    width = max(width, *map(len, words))
    lines = [""]
    for word in words:
        if lines[-1] and len(lines[-1]) + len(word) > width:
            lines.append("")
        lines[-1] += word
    return lines


def _are_numbers(values: Sequence[Any]) -> bool:
    present = [value for value in values if value is not None]
    return bool(present) and all(
        isinstance(value, int | Decimal) and not isinstance(value, bool) for value in present
    )


def run(
    names: Sequence[str], target: str, most_rows: int, project: Path = ROOT, cell_key: str = ""
) -> int:
    """Run queries, print their rows, and return the exit code: 1 if any failed."""
    answers: list[Answer] = []
    problems: list[str] = []
    try:
        answers = ask(names, target, project, cell_key)
    except AnalysisError as failure:
        problems = [str(failure)]
        if any(name in problems[0] for name in names):
            # one by one, so that one run shows all that is wrong
            answers, problems = ask_each(names, target, project, cell_key)
    for answer in answers:
        print(f"{answer.name}\n\n{as_table(answer, most_rows)}\n")
    for problem in dict.fromkeys(problems):
        print(f"error: {problem}", file=sys.stderr)
    print(f"{len(answers)} of {len(names)} analyses ran in target {target}")
    return 1 if problems else 0


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command line and return its exit code."""
    parser = argparse.ArgumentParser(
        prog="python -m scripts.run_analyses",
        description=__doc__,
        epilog=EPILOG,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument(
        "names", nargs="*", metavar="NAME", help="queries to run (default: all but drill-downs)"
    )
    parser.add_argument(
        "--target", default="dev", help="target of the dbt profile to run them in (default: dev)"
    )
    parser.add_argument(
        "--rows",
        type=int,
        default=DEFAULT_ROWS,
        metavar="N",
        help=f"most rows to print of each, 0 for all (default: {DEFAULT_ROWS})",
    )
    parser.add_argument(
        "--cell", type=uuid.UUID, metavar="KEY", help="hold drill-downs to the figure with this key"
    )
    parser.add_argument("--list", action="store_true", help="name the queries and leave")
    options = parser.parse_args(arguments)
    known = analysis_names()
    if options.list:
        print("\n".join(known))
        return 0
    if unknown := sorted(set(options.names) - set(known)):
        parser.error(f"analyses/ has no {', '.join(unknown)}; it has {', '.join(known)}")
    if options.rows < 0:
        parser.error(f"--rows takes 0 or more, not {options.rows}")
    drill_downs = drill_down_names()
    if named := sorted(set(options.names) & set(drill_downs)):
        if not options.cell:
            parser.error(
                f"{named[0]} needs --cell with a key of {named[0].replace(BEHIND, 'kpi_')}"
            )
    elif options.cell:
        parser.error(f"--cell needs a drill-down by name: {', '.join(drill_downs)}")
    names = options.names or [name for name in known if name not in drill_downs]
    return run(names, options.target, options.rows, cell_key=str(options.cell or ""))


if __name__ == "__main__":
    sys.exit(main())
