"""Plans of the slowest models in PostgreSQL: `python -m benchmarks.explain --results target`.

Takes the SQL that dbt compiled in its last run and runs it once more under EXPLAIN (ANALYZE,
BUFFERS), without writing the table. Each plan goes to a file; a summary names, for each model, the
nodes that take the time, rows as estimated and as they were, and what spilled to the disk.

After `dbt run --full-refresh --target dev` this explains full builds; after a nightly run what the
nightly run did, on tables that have changed since.
"""

import argparse
import json
import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psycopg2

from benchmarks.workplace import PASSED
from ingestion.dbt_profile import ProfileError
from ingestion.warehouse import Warehouse, WarehouseError, open_warehouse

MODELS, NODES = 10, 5
BLOCK_KIB = 8

Plan = dict[str, Any]


@dataclass(frozen=True)
class Node:
    """One node of a plan, its own time apart from its children's."""

    title: str
    depth: int
    own_ms: float
    total_ms: float
    rows: float
    expected_rows: float
    spilled_mib: float
    note: str

    def line(self) -> str:
        """The node in one line of the rendered plan."""
        misjudged = max(self.rows, 1) / max(self.expected_rows, 1)
        words = [
            f"{'  ' * self.depth}{self.title}",
            f"{self.total_ms:,.0f} ms, own {self.own_ms:,.0f}",
            f"{self.rows:,.0f} rows"
            + ("" if 0.1 < misjudged < 10 else f" (expected {self.expected_rows:,.0f})"),
        ]
        if self.spilled_mib:
            words.append(f"spilled {self.spilled_mib:,.0f} MiB")
        if self.note:
            words.append(self.note)
        return " | ".join(words)


def nodes_of(plan: Plan, depth: int = 0) -> Iterator[Node]:
    """The nodes from the top down.

    PostgreSQL gives times and rows per loop, on average. Below a Gather the loops are those of
    parallel workers, so the sum of their times exceeds what passed.
    """
    loops = plan.get("Actual Loops", 1)
    total = plan.get("Actual Total Time", 0.0) * loops
    children = plan.get("Plans", [])
    below = sum(
        child.get("Actual Total Time", 0.0) * child.get("Actual Loops", 1) for child in children
    )
    # what is read here, less what the children read of it
    spilled = plan.get("Temp Written Blocks", 0) - sum(
        child.get("Temp Written Blocks", 0) for child in children
    )
    yield Node(
        _title(plan),
        depth,
        max(total - below, 0.0),
        total,
        plan.get("Actual Rows", 0) * loops,
        plan.get("Plan Rows", 0) * loops,
        max(spilled, 0) * BLOCK_KIB / 1024,
        _note(plan),
    )
    for child in children:
        yield from nodes_of(child, depth + 1)


def _title(plan: Plan) -> str:
    words = [plan["Node Type"]]
    if plan.get("Join Type") not in (None, "Inner"):
        words.append(plan["Join Type"].lower())
    for key, lead in (("Relation Name", "on"), ("Index Name", "by"), ("CTE Name", "of")):
        if key in plan:
            words += [lead, plan[key]]
    if "Subplan Name" in plan:
        words.append(f"[{plan['Subplan Name']}]")
    return " ".join(words)


def _note(plan: Plan) -> str:
    notes = []
    for key in ("Hash Cond", "Merge Cond", "Join Filter", "Index Cond", "Sort Key", "Group Key"):
        if key in plan:
            value = plan[key]
            text = ", ".join(value) if isinstance(value, list) else str(value)
            notes.append(f"{key.lower()}: {text if len(text) < 160 else text[:157] + '...'}")
    if plan.get("Sort Space Type") == "Disk":
        notes.append(f"sort on disk: {plan['Sort Space Used'] / 1024:,.0f} MiB")
    if plan.get("Hash Batches", 1) > 1:
        notes.append(f"{plan['Hash Batches']} hash batches")
    if plan.get("HashAgg Batches", 1) > 1:
        notes.append(f"{plan['HashAgg Batches']} aggregate batches")
    if removed := plan.get("Rows Removed by Join Filter"):
        notes.append(f"{removed:,} rows removed by the join's filter")
    return "; ".join(notes)


def compiled_models(results: Path) -> list[tuple[str, float, str]]:
    """Models with their seconds and SQL, the slowest first; those that failed are left out."""
    document = json.loads((results / "run_results.json").read_text())
    found = []
    for result in document["results"]:
        kind, _, name, *_ = result["unique_id"].split(".")
        if kind == "model" and result["status"] in PASSED and result.get("compiled_code"):
            found.append((name, result["execution_time"], result["compiled_code"]))
    return sorted(found, key=lambda model: -model[1])


def explain(warehouse: Warehouse, statement: str) -> Plan:
    """The plan of a statement that was run."""
    ((document,),) = warehouse.query(
        f"explain (analyze, buffers, settings, format json) {statement.strip().rstrip(';')}"
    )
    plan: Plan = document[0]
    return plan


def summary(name: str, seconds: float, plan: Plan) -> str:
    """What takes the time in one model."""
    nodes = list(nodes_of(plan["Plan"]))
    spilled = sum(node.spilled_mib for node in nodes)
    lines = [
        f"## {name}",
        f"{seconds:,.1f} s in dbt; the query alone {plan['Execution Time'] / 1000:,.1f} s, planned "
        f"in {plan['Planning Time']:,.0f} ms, spilled {spilled:,.0f} MiB; most of it in:",
        "",
    ]
    slowest = sorted(nodes, key=lambda node: -node.own_ms)[:NODES]
    return "\n".join([*lines, *(f"- {node.line().strip()}" for node in slowest), ""])


def explain_slowest(
    target: str, results: Path, out: Path, models: int = MODELS, only: Sequence[str] = ()
) -> str:
    """Explain the slowest models, or those named, into the folder `out`; the summary.

    The summary grows model by model in `summary.md`, so that an interrupted run leaves what it has.
    """
    out.mkdir(parents=True, exist_ok=True)
    chosen = [model for model in compiled_models(results) if not only or model[0] in only]
    parts: list[str] = []
    with open_warehouse(target) as warehouse:
        for name, seconds, statement in chosen if only else chosen[:models]:
            try:
                plan = explain(warehouse, statement)
            except psycopg2.Error as error:
                parts.append(f"## {name}\nno plan: {' '.join(str(error).split())}\n")
            else:
                parts.append(summary(name, seconds, plan))
                (out / f"{name}.json").write_text(json.dumps(plan, indent=1) + "\n")
                lines = [node.line() for node in nodes_of(plan["Plan"])]
                (out / f"{name}.txt").write_text("\n".join(lines) + "\n")
            (out / f"{name}.sql").write_text(statement.strip() + "\n")
            (out / "summary.md").write_text("\n".join(parts))
    return "\n".join(parts)


def main(arguments: Sequence[str] | None = None) -> int:
    """Explain and print the summary."""
    parser = argparse.ArgumentParser(
        prog="python -m benchmarks.explain",
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("--target", default="dev", help="a PostgreSQL target (default dev)")
    parser.add_argument(
        "--results", type=Path, default=Path("target"), metavar="FOLDER",
        help="where the run's run_results.json is (default target)",
    )  # fmt: skip
    parser.add_argument(
        "--models", type=int, default=MODELS, metavar="N", help=f"how many (default {MODELS})"
    )
    parser.add_argument("--select", nargs="+", default=(), metavar="MODEL", help="these instead")
    parser.add_argument(
        "--out", type=Path, default=Path("target/explain"), metavar="FOLDER",
        help="where the plans go (default target/explain)",
    )  # fmt: skip
    given = parser.parse_args(arguments)
    try:
        print(explain_slowest(given.target, given.results, given.out, given.models, given.select))
    except (OSError, ProfileError, WarehouseError) as error:
        print(f"error: {error}", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
