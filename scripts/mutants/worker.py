"""One mutant in a process of its own: break the model, run what looks at it, say who noticed."""

import contextlib
import importlib
import io
import os
import shutil
import sys
import time
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import duckdb

from scripts.mutants.catalogue import Mutant
from scripts.paths import ROOT

WAREHOUSE = "warehouse.duckdb"
# DuckDB's own threads too: the other processors are busy with the other mutants.
PROFILE = f"""rcm_warehouse:
  target: mutants
  outputs:
    mutants:
      type: duckdb
      path: {WAREHOUSE}
      schema: mart
      threads: 1
      settings:
        threads: 1
        memory_limit: 2GB
"""
# What DuckDB says when a key or a not-null constraint of a mart refuses the rows.
CONSTRAINT_WORDS = ("Constraint Error", "constraint violated", "duplicate key")
QUIET = ("--quiet", "--log-level", "none", "--log-level-file", "none", "--no-write-json")


@dataclass(frozen=True)
class Outcome:
    """What became of a mutant: noticed by whom, unnoticed, or not a mutant at all."""

    mutant: Mutant
    status: str  # killed, survived or invalid
    noticed_by: str = ""
    detail: str = ""
    seconds: float = 0.0


@dataclass(frozen=True)
class Verdict:
    """What one dbt command says: the failed check and its kind, or an error of its own."""

    failed: str = ""
    kind: str = ""
    error: str = ""


def environment(folder: Path) -> dict[str, str]:
    """The environment that keeps dbt inside `folder`, away from the user's settings."""
    kept = {key: value for key, value in os.environ.items() if not key.startswith(("RCM_", "DBT_"))}
    return {
        **kept,
        "DBT_PROFILES_DIR": str(folder),
        "DBT_SEND_ANONYMOUS_USAGE_STATS": "false",
        "DO_NOT_TRACK": "1",
    }


def enter(folder: Path) -> None:
    """Make `folder` the place where this process works and dbt looks for everything."""
    variables = environment(folder)
    os.environ.clear()
    os.environ.update(variables)
    os.chdir(folder)


def verdict_of(status: str, name: str, resource_type: str, message: str) -> Verdict:
    """What one node's result says of the mutant; nothing when it passed, warned or was skipped."""
    if status == "fail":
        return Verdict(
            failed=name, kind="unit test" if resource_type == "unit_test" else "data test"
        )
    if status == "error" and any(word in message for word in CONSTRAINT_WORDS):
        return Verdict(failed=name, kind="constraint")
    return Verdict(error=f"{name}: {message}") if status == "error" else Verdict()


def run_dbt(arguments: Sequence[str], manifest: Any = None) -> tuple[Verdict, Any]:
    """Run a dbt command in this process, without a word; its verdict and its result."""
    from dbt.cli.main import dbtRunner

    with contextlib.redirect_stdout(io.StringIO()):
        answer = dbtRunner(manifest=manifest).invoke([*QUIET, *arguments])
    result: Any = answer.result
    for entry in getattr(result, "results", None) or []:
        node: Any = entry.node
        verdict = verdict_of(
            str(entry.status), node.name, str(node.resource_type), str(entry.message)
        )
        if verdict != Verdict():
            return verdict, result
    if answer.exception or not answer.success:
        return Verdict(error=str(answer.exception or "dbt failed without a word")), result
    return Verdict(), result


def answer_key_failure(folder: Path, raw: Path) -> str:
    """What the warehouse in `folder` says otherwise than the set's answer key; empty if nothing."""
    sys.path.insert(0, str(ROOT / "tests" / "python"))
    answer_key: Any = importlib.import_module("answer_key")
    with duckdb.connect(str(folder / WAREHOUSE)) as connection:
        different: dict[str, Any] = answer_key.differences(connection, raw)
    return next((name for name, rows in different.items() if rows), "")


def close_connections() -> None:
    """Let go of the DuckDB file, so that another process can read it."""
    from dbt.adapters.factory import FACTORY

    for adapter in FACTORY.adapters.values():
        connections: Any = adapter.connections
        connections.close_all_connections()


def judge(mutant: Mutant, folder: Path, raw: Path) -> Outcome:
    """Run what looks at the mutated model, the cheapest first, until something notices."""
    from scripts.mutants import parsed  # the server of the processes has imported it

    if parsed.PROBLEM:
        return Outcome(mutant, "invalid", detail=parsed.PROBLEM)
    name = mutant.model_name
    node = parsed.MANIFEST.nodes[f"model.rcm_warehouse.{name}"]
    node.raw_code = mutant.broken(node.raw_code)
    steps = (
        # a unit test brings rows of its own: those of other models don't see the mutation
        ["test", "--select", f"{name},test_type:unit"],
        ["build", "--select", f"{name}+", "--exclude", "test_type:unit", "--full-refresh"],
    )
    for step in steps:
        verdict, _ = run_dbt([*step, "--fail-fast"], parsed.MANIFEST)
        if verdict.error:
            return Outcome(mutant, "invalid", detail=verdict.error)
        if verdict.failed:
            return Outcome(mutant, "killed", verdict.kind, verdict.failed)
    close_connections()
    if failure := answer_key_failure(folder, raw):
        return Outcome(mutant, "killed", "answer key", failure)
    return Outcome(mutant, "survived")


def live(mutant: Mutant, folder: Path, base: Path, raw: Path, answers: Any) -> None:
    """Judge one mutant in `folder` and send the Outcome through the pipe `answers`."""
    begun = time.monotonic()
    enter(folder)
    # what the mutant before had in its log must not be replayed on the fresh copy
    (folder / f"{WAREHOUSE}.wal").unlink(missing_ok=True)
    shutil.copyfile(base / WAREHOUSE, folder / WAREHOUSE)
    try:
        outcome = judge(mutant, folder, raw)
    except Exception as error:
        outcome = Outcome(mutant, "invalid", detail=f"{type(error).__name__}: {error}")
    answers.send(replace(outcome, seconds=time.monotonic() - begun))
