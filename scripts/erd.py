"""Draw the marts' entity-relationship diagrams into docs/erd.md: `python -m scripts.erd`.

Entities and keys come from the marts' contracts, the lines between them from their relationships
tests, so the picture shows what is enforced and proven. Mermaid in Markdown: GitHub, GitLab and
most editors draw it.
"""

import argparse
import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from scripts.paths import ROOT

ERD_FILE = "docs/erd.md"
MARTS_FOLDER = "models/marts/"
REMAKE = "make erd"
HEADING = f"""\
# The marts' keys

Made by `{REMAKE}` from the contracts and relationships tests of `models/marts`; edit those, not
this page. A box lists a table's keys: PK is its grain, FK leads to another table. A line that ends
in two bars leads to exactly one row, one that ends in a circle and a bar to one or none. All
columns are in the docs site (`make docs`).
"""


class ErdError(Exception):
    """The project can't be parsed; the message is dbt's."""


@dataclass(frozen=True)
class Key:
    """A key column of a mart."""

    name: str
    data_type: str
    is_primary: bool
    is_required: bool


@dataclass(frozen=True)
class Link:
    """A relationships test: the child's column holds the parent's key."""

    child: str
    column: str
    parent: str
    is_required: bool

    def mermaid(self) -> str:
        """The line between two boxes."""
        one = "||" if self.is_required else "o|"
        return f"    {self.child} }}o--{one} {self.parent} : {self.column}"


@dataclass(frozen=True)
class Mart:
    """A mart with its keys; `area` is the YAML file that describes it, as words."""

    name: str
    area: str
    keys: tuple[Key, ...]


def parse_manifest(project: Path = ROOT, target: str = "") -> Any:
    """The manifest of the project, parsed by dbt without a database. Raises ErdError.

    `target` names another than the profile's own.
    """
    from dbt.cli.main import dbtRunner

    quiet = ["--quiet", "--log-level", "none", "--no-write-json"]
    chosen = ["--target", target] if target else []
    outcome = dbtRunner().invoke([*quiet, "parse", "--project-dir", str(project), *chosen])
    if not outcome.success:
        raise ErdError(str(outcome.exception or "dbt parse failed without a word"))
    return outcome.result


def marts_of(manifest: Any) -> list[Mart]:
    """The marts and their key columns, by name."""
    return sorted(
        (
            Mart(node.name, _area(node), tuple(_keys(node)))
            for node in manifest.nodes.values()
            if _is_mart(node)
        ),
        key=lambda mart: mart.name,
    )


def links_of(manifest: Any) -> list[Link]:
    """The relationships tests between marts, by child and column."""
    links = []
    for test in manifest.nodes.values():
        metadata = getattr(test, "test_metadata", None)
        if metadata is None or metadata.name != "relationships":
            continue
        child = manifest.nodes.get(test.attached_node)
        others = [name for name in test.depends_on.nodes if name != test.attached_node]
        parent = manifest.nodes.get(others[0]) if others else child
        if child and parent and _is_mart(child) and _is_mart(parent):
            required = _is_required(child.columns[test.column_name])
            links.append(Link(child.name, test.column_name, parent.name, required))
    return sorted(links, key=lambda link: (link.child, link.column))


def _is_mart(node: Any) -> bool:
    return bool(node.resource_type == "model" and node.original_file_path.startswith(MARTS_FOLDER))


def _area(node: Any) -> str:
    """`_billing_claims__models.yml` describes the area "Billing claims"."""
    words = Path(node.patch_path).name.split("__")[0].strip("_").split("_")
    words[0] = {"kpis": "KPIs"}.get(words[0], words[0].capitalize())
    return " ".join({"ar": "A/R"}.get(word, word) for word in words)


def _keys(node: Any) -> Iterator[Key]:
    for column in node.columns.values():
        is_primary = "primary_key" in _constraints(column)
        if is_primary or column.name.endswith("_key") or column.data_type == "uuid":
            yield Key(column.name, column.data_type, is_primary, _is_required(column))


def _is_required(column: Any) -> bool:
    return bool(_constraints(column) & {"primary_key", "not_null"})


def _constraints(column: Any) -> set[str]:
    return {constraint.type.value for constraint in column.constraints}


def page(marts: Sequence[Mart], links: Sequence[Link]) -> str:
    """The page: how the facts hang together, then one diagram for each area."""
    facts = {mart.name for mart in marts if mart.name.startswith("fct_")}
    between_facts = [link for link in links if link.child in facts and link.parent in facts]
    parts = [HEADING, "## Facts among themselves\n", _diagram([], between_facts)]
    for area in sorted({mart.area for mart in marts}):
        inside = [mart for mart in marts if mart.area == area]
        names = {mart.name for mart in inside}
        leaving = [link for link in links if link.child in names]
        parts += [f"## {area}\n", _diagram(inside, leaving)]
    return "\n".join(parts)


def _diagram(marts: Sequence[Mart], links: Sequence[Link]) -> str:
    foreign = {(link.child, link.column) for link in links}
    lines = ["```mermaid", "erDiagram"]
    for mart in marts:
        lines.append(f"    {mart.name} {{")
        for key in mart.keys:
            marks = ["PK"] * key.is_primary + ["FK"] * ((mart.name, key.name) in foreign)
            lines.append(f"        {key.data_type} {key.name} {', '.join(marks)}".rstrip())
        lines.append("    }")
    lines += [link.mermaid() for link in links]
    return "\n".join([*lines, "```", ""])


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command line and return its exit code."""
    parser = argparse.ArgumentParser(
        prog="python -m scripts.erd",
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument(
        "--check", action="store_true", help="write nothing; fail if the page is out of date"
    )
    options = parser.parse_args(arguments)
    try:
        manifest = parse_manifest()
    except ErdError as error:
        print(f"error: {error}", file=sys.stderr)
        return 1
    text = page(marts_of(manifest), links_of(manifest))
    path = ROOT / ERD_FILE
    if path.exists() and path.read_text(encoding="utf-8") == text:
        print(f"{ERD_FILE} is up to date")
        return 0
    if options.check:
        print(f"error: {ERD_FILE} is out of date; run: {REMAKE}", file=sys.stderr)
        return 1
    path.write_text(text, encoding="utf-8")
    print(f"{ERD_FILE} written")
    return 0


if __name__ == "__main__":
    sys.exit(main())
