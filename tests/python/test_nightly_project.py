"""The bookkeeping of nightly runs covers the whole project: all that grows, all that counts."""

import re
from pathlib import Path
from typing import Any

import yaml

ROOT = Path(__file__).resolve().parents[2]
PROCESSED = "model.rcm_warehouse.int_loads__processed_batches"
READS_WHAT_CHANGED = "macro.rcm_warehouse.ref_at_night"


def models(manifest: Any) -> list[Any]:
    return [node for node in manifest.nodes.values() if node.resource_type == "model"]


def reached(start: str, neighbours: dict[str, list[str]]) -> set[str]:
    """Everything that can be reached from `start`."""
    found, waiting = set[str](), [start]
    while waiting:
        for name in neighbours.get(waiting.pop(), []):
            if name not in found:
                found.add(name)
                waiting.append(name)
    return found


def test_batches_are_processed_when_all_that_grows_is_built(manifest: Any) -> None:
    """A model that takes in the new alone and were not built before would lose it for good."""
    ancestors = reached(
        PROCESSED, {node.unique_id: node.depends_on.nodes for node in models(manifest)}
    )
    macros = {name: macro.depends_on.macros for name, macro in manifest.macros.items()}
    of_nights = {name for name in macros if READS_WHAT_CHANGED in reached(name, macros) | {name}}
    growing = {
        node.unique_id
        for node in models(manifest)
        if node.config.materialized == "incremental" or of_nights & set(node.depends_on.macros)
    }
    assert len(growing) > 50
    assert growing - ancestors - {PROCESSED} == set()


def test_a_changed_var_makes_a_full_run(manifest: Any) -> None:
    """The settings that are compared are the project's vars, all of them."""
    compared = (ROOT / "macros/nightly/settings_fingerprint.sql").read_text(encoding="utf-8")
    project = yaml.safe_load((ROOT / "dbt_project.yml").read_text(encoding="utf-8"))
    names = re.search(r"for name in \[(.*?)\]", compared, re.DOTALL)
    assert names
    assert set(re.findall(r"'(\w+)'", names[1])) == set(project["vars"])


def test_what_grows_is_replaced_by_a_strategy_of_its_own(manifest: Any) -> None:
    """Deletes what a correction made void; a merge would keep it."""
    strategies = {
        node.name: node.config.incremental_strategy
        for node in models(manifest)
        if node.config.materialized == "incremental" and node.unique_id != PROCESSED
    }
    known = {
        f"replace_{what}"
        for what in ("arrivals", "versions", "changed", "intervals", "snapshots", "all")
    }
    others = {name for name, strategy in strategies.items() if strategy not in known}
    assert others == {"stg_loads__moved_rows", "int_ar__daily_changes"}
    keyed = {node.name for node in models(manifest) if node.config.unique_key}
    by_key = {"replace_changed", "replace_intervals"}
    unkeyed = {n for n, strategy in strategies.items() if strategy in by_key} - keyed
    assert unkeyed == set()
