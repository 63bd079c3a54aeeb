"""Run every check that CI runs, in order, and count: `python -m scripts.test_all` or `make test`.

The dbt steps use data, a PostgreSQL server and a DuckDB file of their own in .test/, so that the
user's database stays as it is. A step whose preparation failed is skipped; every other step runs,
so that one run shows all that is wrong.
"""

import argparse
import json
import os
import shutil
import subprocess
import sys
import time
import xml.etree.ElementTree as ElementTree
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

from scripts.paths import ROOT, socket_folder

WORK = ROOT / ".test"
BIN = Path(sys.executable).parent
PYTHON = sys.executable

# Enough claims that every kind of event and planted story occurs, few enough for two cores.
MONTHS = 24
CLAIMS_PER_MONTH = 600
SEED = 7
END_DATE = "2025-12-31"

PASSED_STATUSES = {"success", "pass", "warn", "reused", "no-op"}
SKIPPED_STATUSES = {"skipped"}


@dataclass
class Count:
    """How many checks passed, failed and were skipped."""

    passed: int = 0
    failed: int = 0
    skipped: int = 0

    def add(self, other: "Count") -> None:
        """Add another count to this one."""
        self.passed += other.passed
        self.failed += other.failed
        self.skipped += other.skipped


@dataclass(frozen=True)
class Step:
    """One command, what it needs, and how its checks are counted."""

    name: str
    command: list[str]
    needs: tuple[str, ...] = ()
    environment: dict[str, str] = field(default_factory=dict)
    counter: Callable[[], Count] | None = None
    expected_code: int = 0


def tool(name: str) -> str:
    """Path of a program in the environment that runs this."""
    return str(BIN / name)


def count_junit(path: Path) -> Count:
    """Count pytest's report."""
    count = Count()
    for suite in ElementTree.parse(path).getroot().iter("testsuite"):
        failed = int(suite.get("failures", 0)) + int(suite.get("errors", 0))
        skipped = int(suite.get("skipped", 0))
        count.add(Count(int(suite.get("tests", 0)) - failed - skipped, failed, skipped))
    return count


def count_dbt(path: Path) -> Count:
    """Count dbt's run_results.json: models, seeds, snapshots and tests alike."""
    count = Count()
    for result in json.loads(path.read_text())["results"]:
        if result["status"] in PASSED_STATUSES:
            count.passed += 1
        elif result["status"] in SKIPPED_STATUSES:
            count.skipped += 1
        else:
            count.failed += 1
    return count


def dbt_step(name: str, target: str, arguments: list[str], needs: tuple[str, ...]) -> Step:
    """A dbt command with a target folder of its own, counted by its results."""
    folder = WORK / "target" / target
    results = folder / "run_results.json"
    return Step(
        name,
        [tool("dbt"), "--no-use-colors", *arguments, "--target", target],
        needs,
        {"DBT_TARGET_PATH": str(folder), "DBT_LOG_PATH": str(WORK / "logs" / "dbt")},
        (lambda: count_dbt(results)) if arguments[0] == "build" else None,
    )


def all_steps() -> list[Step]:
    """The checks, cheap ones first."""
    raw = str(WORK / "raw")
    junit = WORK / "pytest.xml"
    generate = [PYTHON, "-m", "data_generator", "--months", str(MONTHS)]
    generate += ["--claims-per-month", str(CLAIMS_PER_MONTH), "--seed", str(SEED)]
    generate += ["--end-date", END_DATE, "--out", raw, "--format", "parquet"]
    load = [PYTHON, "-m", "data_generator", "load", "--from", raw, "--target"]
    analyses = [PYTHON, "-m", "scripts.run_analyses", "--target"]
    # real files beside the simulated ones; 1 because some of them must be refused
    ingest = [PYTHON, "-m", "ingestion", "x12", "tests/fixtures/x12"]
    ingest += ["--loaded-at", f"{END_DATE}T23:30:00", "--target"]
    pytest = [tool("pytest"), "-q", "-n", "auto", "--dist", "loadfile"]
    prepared = ("dbt packages", "postgres")
    return [
        Step("dbt packages", [PYTHON, "-m", "scripts.deps"]),
        Step("offline packages", [PYTHON, "-m", "scripts.check_offline_packages"]),
        Step("ruff lint", [tool("ruff"), "check", "."]),
        Step("ruff format", [tool("ruff"), "format", "--check", "."]),
        Step("mypy", [tool("mypy")]),
        Step("postgres", [PYTHON, "-m", "scripts.postgres", "start"]),
        Step("generate", generate),
        Step("load into postgres", [*load, "dev"], ("generate", "postgres")),
        Step("load into duckdb", [*load, "duckdb"], ("generate",)),
        Step("835s into postgres", [*ingest, "dev"], ("load into postgres",), expected_code=1),
        Step("835s into duckdb", [*ingest, "duckdb"], ("load into duckdb",), expected_code=1),
        dbt_step("build in postgres", "dev", ["build"], ("dbt packages", "835s into postgres")),
        dbt_step("build in duckdb", "duckdb", ["build"], ("dbt packages", "835s into duckdb")),
        Step(
            "equal marts",
            [PYTHON, "-m", "scripts.compare_engines", "dev", "duckdb"],
            ("build in postgres", "build in duckdb"),
        ),
        dbt_step("docs", "dev", ["docs", "generate", "--static"], ("build in postgres",)),
        Step("analyses in postgres", [*analyses, "dev"], ("build in postgres",)),
        Step("analyses in duckdb", [*analyses, "duckdb"], ("build in duckdb",)),
        Step(
            "kpi summary",
            [PYTHON, "-m", "scripts.kpi_summary", "--target", "dev"],
            ("build in postgres",),
        ),
        Step(
            "sqlfluff",
            [tool("sqlfluff"), "lint", *existing("models", "tests", "analyses"), "--nocolor"],
            prepared,
        ),
        Step(
            "pytest",
            # a process a core; files whole, since tests of one file share what they built, and in
            # the order of conftest.py, longest first
            [*pytest, "--no-loadscope-reorder", f"--junit-xml={junit}"],
            counter=lambda: count_junit(junit),
        ),
    ]


def existing(*folders: str) -> list[str]:
    """Those of the folders that exist; sqlfluff refuses a missing one."""
    return [folder for folder in folders if (ROOT / folder).is_dir()]


def test_environment() -> dict[str, str]:
    """The environment that leads every step to .test/ and keeps it from the user's settings."""
    kept = {key: value for key, value in os.environ.items() if not key.startswith("RCM_")}
    home = WORK / "postgres"
    os.environ.pop("RCM_PG_SOCKET", None)
    return {
        **kept,
        "PATH": f"{BIN}{os.pathsep}{os.environ.get('PATH', '')}",
        "PWD": str(ROOT),
        "DBT_PROFILES_DIR": str(WORK / "profiles"),
        "DBT_SEND_ANONYMOUS_USAGE_STATS": "false",
        "DO_NOT_TRACK": "1",
        "RCM_PG_HOME": str(home),
        "RCM_PG_SOCKET": str(socket_folder(home)),
        "RCM_DATABASE": "rcm_test",
        "RCM_DUCKDB_PATH": str(WORK / "rcm_test.duckdb"),
    }


def prepare(environment: dict[str, str]) -> None:
    """An empty .test/ with the profile of the example; a server left by a killed run is stopped."""
    stop_server(environment)
    shutil.rmtree(WORK, ignore_errors=True)
    (WORK / "profiles").mkdir(parents=True)
    (WORK / "logs").mkdir()
    shutil.copy(ROOT / "profiles.example.yml", WORK / "profiles" / "profiles.yml")


def stop_server(environment: dict[str, str]) -> None:
    """Stop the server of .test/, if there is one."""
    if (WORK / "postgres").exists():
        subprocess.run(
            [PYTHON, "-m", "scripts.postgres", "stop"],
            cwd=ROOT,
            env=environment,
            stdout=subprocess.DEVNULL,
            check=False,
        )


def run_step(step: Step, environment: dict[str, str]) -> Count:
    """Run one step; its output goes to a log, and to the screen when it fails."""
    log = WORK / "logs" / f"{step.name.replace(' ', '_')}.log"
    with log.open("w") as output:
        code = subprocess.run(
            step.command,
            cwd=ROOT,
            env={**environment, **step.environment},
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
            check=False,
        ).returncode
    as_expected = code == step.expected_code
    count = Count(passed=int(as_expected), failed=int(not as_expected))
    if step.counter:
        try:
            count = step.counter()
        except (OSError, ValueError, KeyError, ElementTree.ParseError):
            count = Count()  # it ended before it could write its results
        if code and not count.failed:
            count.failed = 1
        if not code and not count.passed:
            count.failed += 1
            with log.open("a") as output:
                output.write("\nerror: this step succeeded without running a single check\n")
    if count.failed:
        print(log.read_text(errors="replace"))
        print(f"^^^ {step.name}: {' '.join(step.command)}\n", flush=True)
    return count


def main(arguments: list[str] | None = None) -> int:
    """Run the steps, print the counts, and return 1 if anything failed."""
    parser = argparse.ArgumentParser(
        prog="python -m scripts.test_all",
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("--only", nargs="+", metavar="STEP", help="run these steps alone")
    parser.add_argument("--list", action="store_true", help="name the steps and leave")
    options = parser.parse_args(arguments)
    steps = all_steps()
    names = [step.name for step in steps]
    if options.list:
        print("\n".join(names))
        return 0
    if unknown := set(options.only or []) - set(names):
        parser.error(f"no step is called {', '.join(sorted(unknown))}; see --list")

    environment = test_environment()
    prepare(environment)
    total, bad = Count(), set[str]()
    begun = time.monotonic()
    try:
        for number, step in enumerate(steps, start=1):
            if options.only and step.name not in options.only:
                continue
            print(f"[{number:2}/{len(steps)}] {step.name} ...", end=" ", flush=True)
            if missing := bad.intersection(step.needs):
                bad.add(step.name)
                total.skipped += 1
                print(f"skipped, because of: {', '.join(sorted(missing))}", flush=True)
                continue
            started = time.monotonic()
            count = run_step(step, environment)
            total.add(count)
            if count.failed:
                bad.add(step.name)
            outcome = "FAILED" if count.failed else "ok"
            detail = f"{count.passed} passed, {count.failed} failed"
            print(f"{outcome} ({detail}, {time.monotonic() - started:.0f} s)", flush=True)
    finally:
        stop_server(environment)
    minutes, seconds = divmod(round(time.monotonic() - begun), 60)
    if bad:
        print(f"\nnot green: {', '.join(name for name in names if name in bad)}", end="")
    print(f"\n{minutes} min {seconds} s; logs are in .test/logs")
    skipped = f", {total.skipped} skipped" if total.skipped else ""
    print(f"{total.passed} passed, {total.failed} failed{skipped}")
    return 1 if total.failed else 0


if __name__ == "__main__":
    sys.exit(main())
