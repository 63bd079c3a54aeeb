"""What is written about the project is true of it: commands, links, definitions, key diagrams."""

import importlib.util
import re
from pathlib import Path
from typing import Any

import pytest
import yaml

from scripts.erd import ERD_FILE, Link, Mart, links_of, marts_of, page

ROOT = Path(__file__).resolve().parents[2]
PAGES = (
    "README.md", "CONTRIBUTING.md", "DECISIONS.md", "CHANGELOG.md", "docs/overview.md",
    "docs/metrics.md",
)  # fmt: skip
CODE = re.compile(r"```.*?\n(.*?)```|`([^`\n]+)`", re.DOTALL)


def text_of(name: str) -> str:
    return (ROOT / name).read_text(encoding="utf-8")


def commands_of(name: str) -> list[str]:
    """What stands in code spans and blocks, line by line."""
    return [
        line for block, span in CODE.findall(text_of(name)) for line in (block or span).splitlines()
    ]


def definitions_in(manifest: Any, kind: str) -> set[str]:
    """The definition ids that the SQL of models, or of analyses, gives to its figures."""
    return {
        name
        for node in manifest.nodes.values()
        if node.resource_type == kind
        for name in re.findall(r"'([A-Z0-9-]+)' as definition_id", node.raw_code)
    }


@pytest.mark.parametrize("name", PAGES)
def test_every_make_target_named_exists(name: str) -> None:
    targets = set(re.findall(r"^([a-z][a-z-]*):", text_of("Makefile"), re.MULTILINE))
    named = {
        target for line in commands_of(name) for target in re.findall(r"\bmake ([a-z-]+)", line)
    }
    assert named - targets == set()
    assert named or not name.startswith(("README", "CONTRIBUTING"))


@pytest.mark.parametrize("name", PAGES)
def test_every_module_named_can_be_run(name: str) -> None:
    modules = {
        module for line in commands_of(name) for module in re.findall(r"python -m ([\w.]+)", line)
    }
    for module in modules:
        spec = importlib.util.find_spec(module)
        assert spec is not None, module
        if spec.submodule_search_locations is not None:
            assert importlib.util.find_spec(f"{module}.__main__") is not None, module


@pytest.mark.parametrize("name", PAGES)
def test_every_file_linked_or_named_exists(name: str) -> None:
    linked = {
        link for link in re.findall(r"\]\(([^)#]+)\)", text_of(name)) if not link.startswith("http")
    }
    named = {
        path
        for line in commands_of(name)
        for path in re.findall(r"(?<![\w/.-])(?:analyses|docs|models|scripts|seeds)/[\w/.]+", line)
    }
    missing = {path for path in linked | named if not (ROOT / path.rstrip(".")).exists()}
    assert missing == set()


@pytest.mark.parametrize("name", [*PAGES, ERD_FILE])
def test_pages_hold_nothing_of_a_machine_and_nothing_left_for_later(name: str) -> None:
    text = text_of(name)
    for pattern in (r"(?<![\w.])/(?:work|home|root|tmp|Users)/", r"\b(?:TODO|FIXME|XXX)\b(?!s)"):
        assert re.search(pattern, text) is None
    assert re.search(r"https?://[^ )]*(?:pypi|npmjs|debian)\.", text) is None


def test_contributing_is_short() -> None:
    assert len(text_of("CONTRIBUTING.md").splitlines()) < 100


def test_the_summary_in_the_readme_was_printed_by_the_command() -> None:
    shown = text_of("README.md").split("<!-- kpi summary: begin -->")[1].split("<!--")[0]
    for line in ("Revenue cycle as of ", "Net days in A/R ", "= open ", "All payers ", "Target "):
        assert f"\n{line}" in shown
    parts = {
        sign: [int(figure.replace(",", "").replace(".", "")) for figure in figures]
        for sign, figures in {
            "+": re.findall(r"^Billed +\$([\d,.]+)", shown, re.MULTILINE),
            "-": re.findall(r"^[-=] [a-z ]+ \$([\d,.]+)", shown, re.MULTILINE),
        }.items()
    }
    assert len(parts["-"]) == 4
    assert sum(parts["+"]) == sum(parts["-"])


def test_every_definition_of_a_kpi_is_in_the_metric_dictionary(manifest: Any) -> None:
    """A figure whose definition nobody can look up is an opinion."""
    defined = {
        name
        for node in manifest.nodes.values()
        if node.resource_type == "model" and node.package_name == "rcm_warehouse"
        for name in re.findall(r"'((?:AR|CITF|CL|FM|PB|RCM)-[A-Z0-9-]+)'", node.raw_code)
    }
    assert {"FM-1", "AR-1", "AR-5", "RCM-IDR", "CITF-1", "CITF-2", "PB-3", "FM-4"} <= defined
    assert {name for name in defined if name not in text_of("docs/metrics.md")} == set()


@pytest.mark.parametrize("name", ["README.md", "docs/overview.md"])
def test_every_kpi_model_has_its_row_and_every_row_its_model(name: str, manifest: Any) -> None:
    models = {
        node.name
        for node in manifest.nodes.values()
        if node.resource_type == "model" and node.name.startswith("kpi_")
    }
    text = text_of(name)
    named = set(re.findall(r"\bkpi_[a-z_]+", text)) - {"kpi_targets", "kpi_summary"}
    assert named - models == set()
    if name == "README.md":
        assert models - named == set()


def test_exposures_use_public_marts_alone(manifest: Any) -> None:
    assert {"revenue_dashboard", "billing_office_worklists", "month_end_close"} <= {
        exposure.name for exposure in manifest.exposures.values()
    }
    for exposure in manifest.exposures.values():
        nodes = [manifest.nodes[name] for name in exposure.depends_on.nodes]
        assert nodes, exposure.name
        assert {node.access.value for node in nodes} == {"public"}, exposure.name
        assert exposure.url.startswith("https://")
        assert exposure.owner.email
        assert exposure.maturity and exposure.label and exposure.description


def test_analyses_are_described_and_read_public_marts_or_code_lists(manifest: Any) -> None:
    analyses = ROOT / "analyses"
    described = [
        entry["name"]
        for path in analyses.rglob("*.yml")
        for entry in yaml.safe_load(path.read_text(encoding="utf-8"))["analyses"]
    ]
    assert sorted(described) == sorted(path.stem for path in analyses.rglob("*.sql"))
    for node in manifest.nodes.values():
        if node.resource_type != "analysis":
            continue
        assert node.description, node.name
        parents = [manifest.nodes[name] for name in node.depends_on.nodes]
        kept = {parent.name for parent in parents if not is_open(parent)}
        # what a rate counts by the line is in no mart
        allowed = COMPLETE_AT_NIGHT if "/drill_down/" in node.original_file_path else set()
        assert kept - allowed == set(), node.name


# Intermediate models that hold all accounts after a nightly run, not the changed ones alone.
COMPLETE_AT_NIGHT = {
    "int_ar__balance_intervals", "int_ar__bucket_intervals", "int_calendar__as_of",
    "int_calendar__snapshot_dates", "int_claims__accounts", "int_claims__lines",
    "int_claims__rule_violations", "int_denials__recovery_rates", "int_denials__rework_costs",
}  # fmt: skip


def is_open(node: Any) -> bool:
    """Whether everybody may read it: a code list or a public mart."""
    return bool(node.resource_type == "seed" or node.access.value == "public")


def test_lineage_reaches_from_sources_to_exposures(manifest: Any) -> None:
    for exposure in manifest.exposures.values():
        reached, waiting = set(), list(exposure.depends_on.nodes)
        while waiting:
            name = waiting.pop()
            if name not in reached:
                reached.add(name)
                waiting += getattr(manifest.nodes.get(name), "depends_on_nodes", [])
        sources = {name.split(".")[2] for name in reached if name.startswith("source.")}
        data = {"billing", "clearinghouse", "hospital_a", "hospital_b"}
        assert sources == {*data, "loads"}, exposure.name


def test_doc_blocks_of_the_kpis_are_used() -> None:
    blocks = set(re.findall(r"{% docs (\w+) %}", text_of("models/marts/kpis/_kpis__docs.md")))
    yamls = "".join(path.read_text() for path in (ROOT / "models/marts/kpis").rglob("*.yml"))
    used = set(re.findall(r"doc\(['\"](\w+)['\"]\)", yamls))
    assert blocks
    assert blocks - used == set()


def test_the_key_diagrams_are_up_to_date(manifest: Any) -> None:
    assert text_of(ERD_FILE) == page(marts_of(manifest), links_of(manifest)), "run: make erd"


def test_the_key_diagrams_show_every_mart_and_relationship(manifest: Any) -> None:
    text = text_of(ERD_FILE)
    marts: list[Mart] = marts_of(manifest)
    links: list[Link] = links_of(manifest)
    assert {mart.name for mart in marts if f"    {mart.name} {{" not in text} == set()
    assert {link.mermaid() for link in links} <= set(text.splitlines())
    keyed = {(mart.name, key.name) for mart in marts for key in mart.keys}
    assert {(link.child, link.column) for link in links} <= keyed
