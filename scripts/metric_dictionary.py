"""Write the metric dictionary, docs/metrics.md: `python -m scripts.metric_dictionary`.

What a metric is stands in one place, `config.meta.metrics` in the YAML of its KPI table; grain and
owner are the table's, targets those of seeds/reference/kpi_targets.csv. dbt's docs site shows the
page for the project itself.
"""

import argparse
import csv
import re
import sys
from collections.abc import Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from pathlib import Path
from typing import Any

from scripts.erd import ErdError, parse_manifest
from scripts.paths import ROOT

PAGE = "docs/metrics.md"
TARGETS = "seeds/reference/kpi_targets.csv"
DRILL_DOWNS = "analyses/drill_down"
REMAKE = "make docs"
TEXTS = ("name", "definition", "formula", "source", "rivals")
KNOWN = {*TEXTS, "kpi_id", "definition_id"}
COMPARISONS = {"at_most": "at most", "at_least": "at least"}
SIGNS = {"at_most": "≤", "at_least": "≥"}
AREAS = {"ar": "A/R", "kpis": "KPIs"}
HEADING = f"""\
{{% docs __rcm_warehouse__ %}}
# Metric dictionary

Made by `{REMAKE}` from the YAML of the KPI tables; edit that, not this page. Every figure is a
numerator by a denominator, and both are stored: a roll-up is the sum of the one by the sum of the
other. People argue about definitions, so rivals of a metric are named beside it.
"""


class DictionaryError(Exception):
    """The YAML doesn't tell all that the page says; the message lists what is missing."""


@dataclass(frozen=True)
class Table:
    """A KPI table; `area` is the folder that it lies in."""

    name: str
    area: str
    grain: str
    owner: str

    @property
    def link(self) -> str:
        """Its page of the docs site."""
        return f"[`{self.name}`](#!/model/model.rcm_warehouse.{self.name})"


@dataclass(frozen=True)
class Target:
    """A row of kpi_targets."""

    kpi_id: str
    definition_id: str
    label: str
    value: str
    comparison: str
    low: str
    high: str
    unit: str
    source: str

    def text(self) -> str:
        """The target with the range that others report, and where both are from."""
        parts = []
        if self.value:
            parts.append(f"{COMPARISONS[self.comparison]} {self.figure(self.value)}")
        if self.low and self.high:
            parts.append(f"others {self.figure(self.low)} to {self.figure(self.high)}")
        elif self.low or self.high:
            parts.append(f"others {self.figure(self.low or self.high)}")
        return "; ".join([*parts, self.source])

    def short(self) -> str:
        """The target alone."""
        return f"{SIGNS[self.comparison]} {self.figure(self.value)}" if self.value else ""

    def figure(self, value: str) -> str:
        """A value in the row's unit."""
        number = Decimal(value)
        match self.unit:
            case "rate":
                return f"{_plain(100 * number)} %"
            case "dollars":
                return f"${_plain(number)}"
        unit = self.unit.removesuffix("s") if number == 1 else self.unit
        return f"{_plain(number)} {unit}"


@dataclass(frozen=True)
class Metric:
    """A metric; `also` are tables that hold it at another grain."""

    table: Table
    name: str
    definition: str
    formula: str
    source: str
    rivals: str
    definition_id: str
    target: Target | None
    asked_as: str
    also: list[Table] = field(default_factory=list)


@dataclass(frozen=True)
class Dictionary:
    """All metrics, the tables that have none with the reason, and the targets that none uses."""

    metrics: list[Metric]
    without: dict[str, str]
    unused: list[Target]


def read_targets(project: Path = ROOT) -> dict[str, Target]:
    """Rows of kpi_targets by kpi_id."""
    with (project / TARGETS).open(encoding="utf-8", newline="") as lines:
        return {
            row["kpi_id"]: Target(
                row["kpi_id"],
                row["definition_id"],
                row["kpi_label"],
                row["target_value"],
                row["comparison"],
                row["benchmark_low"],
                row["benchmark_high"],
                row["unit"],
                row["source"],
            )
            for row in csv.DictReader(lines)
        }


def dictionary(manifest: Any, targets: dict[str, Target]) -> Dictionary:
    """What the KPI tables of a parsed project tell. Raises DictionaryError."""
    problems: list[str] = []
    asked = {
        metric.config.meta["kpi_id"]: metric.name
        for metric in manifest.metrics.values()
        if metric.config.meta.get("kpi_id")
    }
    metrics: dict[str, Metric] = {}
    mentions: list[tuple[Table, str]] = []
    without: dict[str, str] = {}
    for node in sorted(_kpi_nodes(manifest), key=lambda node: (_area(node), node.name)):
        table = _table(manifest, node)
        entries = node.config.meta.get("metrics") or []
        if not entries:
            without[node.name] = str(node.config.meta.get("no_metrics") or "")
            if not without[node.name]:
                problems.append(
                    f"{node.name}: config.meta has neither metrics nor no_metrics (why it has none)"
                )
        for entry in entries:
            label = f"{node.name}: {entry.get('name') or 'a metric without a name'}"
            if set(entry) == {"name"}:
                mentions.append((table, entry["name"]))
                continue
            if missing := [key for key in TEXTS if not str(entry.get(key) or "").strip()]:
                problems.append(f"{label} lacks {', '.join(missing)}")
                continue
            if unknown := sorted(set(entry) - KNOWN):
                problems.append(f"{label} has unknown {', '.join(unknown)}")
            kpi_id = entry.get("kpi_id")
            if kpi_id and kpi_id not in targets:
                problems.append(f"{label}: kpi_targets has no {kpi_id}")
            if entry["name"] in metrics:
                problems.append(f"{label} is defined in {metrics[entry['name']].table.name} too")
            target = targets.get(kpi_id or "")
            texts = {key: " ".join(str(entry[key]).split()) for key in TEXTS}
            metrics[texts["name"]] = Metric(
                table,
                texts["name"],
                texts["definition"],
                texts["formula"],
                texts["source"],
                texts["rivals"],
                entry.get("definition_id") or (target.definition_id if target else ""),
                target,
                asked.get(kpi_id or "", ""),
            )
    for table, name in mentions:
        if name in metrics:
            metrics[name].also.append(table)
        else:
            problems.append(f"{table.name}: no table defines {name}")
    if problems:
        raise DictionaryError("\n".join(problems))
    used = {metric.target.kpi_id for metric in metrics.values() if metric.target}
    unused = [target for kpi_id, target in targets.items() if kpi_id not in used]
    return Dictionary(list(metrics.values()), without, unused)


def _kpi_nodes(manifest: Any) -> list[Any]:
    return [
        node
        for node in manifest.nodes.values()
        if node.resource_type == "model" and node.name.startswith("kpi_")
    ]


def _area(node: Any) -> str:
    """The folder below marts/kpis, else the one below marts, as a heading."""
    folder = Path(node.original_file_path).parent.name
    return AREAS.get(folder, folder.capitalize())


def _table(manifest: Any, node: Any) -> Table:
    owners = {group.name: group.owner.name for group in manifest.groups.values()}
    sentence = re.match(r".*?[.:](?=\s|$)", node.description.split("\n")[0])
    grain = (sentence[0] if sentence else node.description).rstrip(".:")
    return Table(node.name, _area(node), grain, owners[node.config.group])


def _plain(number: Decimal) -> str:
    """Without zeros that say nothing."""
    text = f"{number:,f}"
    return text.rstrip("0").rstrip(".") if "." in text else text


def page(found: Dictionary, project: Path = ROOT) -> str:
    """The page: a list of all, then one table for each."""
    lines = [HEADING, "| metric | definition id | target | table |", "|---|---|---|---|"]
    for metric in found.metrics:
        target = metric.target.short() if metric.target else ""
        lines.append(f"| {metric.name} | {metric.definition_id} | {target} | {metric.table.link} |")
    area = ""
    for metric in found.metrics:
        if metric.table.area != area:
            area = metric.table.area
            lines += ["", f"## {area}"]
        lines += ["", f"### {metric.name}", metric.definition, "", "| | |", "|---|---|"]
        lines += [
            f"| {what} | {text.replace('|', '&#124;')} |"
            for what, text in _facts(metric, project)
            if text
        ]
    if found.without:
        lines += ["", "## Tables without a metric of their own", ""]
        lines += [f"- `{name}`: {reason}" for name, reason in sorted(found.without.items())]
    if found.unused:
        lines += ["", "## Targets that no metric is held against yet", ""]
        lines += [
            f"- {target.label} (`{target.kpi_id}`, {target.definition_id}): {target.text()}"
            for target in found.unused
        ]
    return "\n".join([*lines, "{% enddocs %}", ""])


def _facts(metric: Metric, project: Path) -> list[tuple[str, str]]:
    drilled = f"claims_behind_{metric.table.name.removeprefix('kpi_')}"
    has_drill_down = (project / DRILL_DOWNS / f"{drilled}.sql").exists()
    also = "; ".join(f"{table.link} ({table.grain})" for table in metric.also)
    return [
        ("definition id", metric.definition_id),
        ("formula", metric.formula),
        ("source", metric.source),
        ("grain", f"{metric.table.grain}: {metric.table.link}"),
        ("also", also),
        ("owner", metric.table.owner),
        ("target", metric.target.text() if metric.target else "none"),
        ("rivals", metric.rivals),
        ("claims behind it", f"`analyses/drill_down/{drilled}.sql`" if has_drill_down else ""),
        ("semantic layer", f"`{metric.asked_as}`" if metric.asked_as else ""),
    ]


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command line and return its exit code."""
    parser = argparse.ArgumentParser(
        prog="python -m scripts.metric_dictionary",
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument(
        "--check", action="store_true", help="write nothing; fail if the page is out of date"
    )
    options = parser.parse_args(arguments)
    try:
        text = page(dictionary(parse_manifest(), read_targets()))
    except (DictionaryError, ErdError) as error:
        print(f"error: {error}", file=sys.stderr)
        return 1
    path = ROOT / PAGE
    if path.exists() and path.read_text(encoding="utf-8") == text:
        print(f"{PAGE} is up to date")
        return 0
    if options.check:
        print(f"error: {PAGE} is out of date; run: {REMAKE}", file=sys.stderr)
        return 1
    path.write_text(text, encoding="utf-8")
    print(f"{PAGE} written")
    return 0


if __name__ == "__main__":
    sys.exit(main())
