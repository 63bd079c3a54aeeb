"""The metric dictionary is what the YAML of the KPI tables says, of all of them."""

import copy
import re
from pathlib import Path
from typing import Any

import pytest

from scripts.metric_dictionary import (
    PAGE,
    DictionaryError,
    Target,
    dictionary,
    page,
    read_targets,
)

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture(scope="module")
def text() -> str:
    return (ROOT / PAGE).read_text(encoding="utf-8")


def kpi_tables(manifest: Any) -> dict[str, Any]:
    return {
        node.name: node
        for node in manifest.nodes.values()
        if node.resource_type == "model" and node.name.startswith("kpi_")
    }


def test_the_page_is_up_to_date(manifest: Any, text: str) -> None:
    assert text == page(dictionary(manifest, read_targets())), "run: make docs"


def test_every_kpi_table_is_in_it(manifest: Any, text: str) -> None:
    named = set(re.findall(r"`(kpi_\w+)`", text))
    assert set(kpi_tables(manifest)) - named == set()


def test_every_metric_has_every_field(text: str) -> None:
    sections = re.split(r"^### ", text, flags=re.MULTILINE)[1:]
    assert sections
    for section in sections:
        for field in ("formula", "source", "grain", "owner", "target", "rivals"):
            assert re.search(rf"^\| {field} \| \S.* \|$", section, re.MULTILINE), section


def test_every_target_is_used_or_said_to_be_unused(manifest: Any) -> None:
    found = dictionary(manifest, read_targets())
    used = {metric.target.kpi_id for metric in found.metrics if metric.target}
    unused = {target.kpi_id for target in found.unused}
    assert used | unused == set(read_targets())
    assert not used & unused
    assert unused == set() or "## Targets that no metric" in page(found)


def test_metrics_of_the_semantic_layer_are_named_where_they_are_the_same(
    manifest: Any, text: str
) -> None:
    known = {metric.name for metric in manifest.metrics.values()}
    named = set(re.findall(r"^\| semantic layer \| `(\w+)` \|$", text, re.MULTILINE))
    assert {"remittance_denial_rate", "net_ar_days"} <= named <= known


def broken(manifest: Any, table: str, entry: dict[str, Any]) -> Any:
    """The manifest with another first metric of a table."""
    changed = copy.copy(manifest)
    changed.nodes = dict(manifest.nodes)
    node = copy.deepcopy(kpi_tables(manifest)[table])
    node.config.meta["metrics"][0] = entry
    changed.nodes[node.unique_id] = node
    return changed


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"rivals": " "}, "lacks rivals"),
        ({"kpi_id": "no_such_target"}, "kpi_targets has no no_such_target"),
        ({"rival": "misspelt"}, "has unknown rival"),
    ],
)
def test_what_is_missing_or_misspelt_is_named(
    manifest: Any, changes: dict[str, str], message: str
) -> None:
    first = kpi_tables(manifest)["kpi_denial_rate"].config.meta["metrics"][0]
    with pytest.raises(DictionaryError, match=f"kpi_denial_rate: .* {message}|{message}"):
        dictionary(broken(manifest, "kpi_denial_rate", {**first, **changes}), read_targets())


def test_a_table_that_only_repeats_a_metric_names_one_that_exists(manifest: Any) -> None:
    with pytest.raises(DictionaryError, match="no table defines Nothing of the kind"):
        dictionary(
            broken(manifest, "kpi_denial_rate_by_provider", {"name": "Nothing of the kind"}),
            read_targets(),
        )


@pytest.mark.parametrize(
    ("value", "low", "high", "unit", "text", "short"),
    [
        (
            "0.1000",
            "0.0390",
            "0.1510",
            "rate",
            "at most 10 %; others 3.9 % to 15.1 %; us",
            "≤ 10 %",
        ),
        ("40", "", "14", "days", "at most 40 days; others 14 days; us", "≤ 40 days"),
        ("1", "", "", "days", "at most 1 day; us", "≤ 1 day"),
        ("", "", "", "rate", "us", ""),
    ],
)
def test_targets_are_written_in_their_unit(
    value: str, low: str, high: str, unit: str, text: str, short: str
) -> None:
    target = Target("any", "ANY", "Any", value, "at_most", low, high, unit, "us")
    assert target.text() == text
    assert target.short() == short
