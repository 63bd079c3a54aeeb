"""A run as of a past day gives the figures that a later run gives for that day."""

import os
import shutil
import subprocess
import sys
from collections import Counter
from pathlib import Path
from typing import Any

import duckdb
import pytest

ROOT = Path(__file__).resolve().parents[2]
BIN = Path(sys.executable).parent
AS_OF = "2025-05-31"
SNAPSHOTS = {
    "fct_ar_month_end": "snapshot_date",
    "kpi_ar_aging": "as_of_date",
    "kpi_ar_days": "as_of_date",
}
Rows = Counter[tuple[Any, ...]]


@pytest.fixture(scope="module")
def marts(tmp_path_factory: pytest.TempPathFactory) -> dict[str, dict[str, Rows]]:
    """Rows of the snapshot marts up to AS_OF: of a run that sees all, and of one as of that day."""
    folder = tmp_path_factory.mktemp("as_of")
    profiles = folder / "profiles"
    profiles.mkdir()
    shutil.copy(ROOT / "profiles.example.yml", profiles / "profiles.yml")
    environment = {
        **os.environ,
        "DBT_PROFILES_DIR": str(profiles),
        "DBT_TARGET_PATH": str(folder / "target"),
        "DBT_LOG_PATH": str(folder / "logs"),
        "DBT_SEND_ANONYMOUS_USAGE_STATS": "false",
        "RCM_DUCKDB_PATH": str(folder / "rcm.duckdb"),
    }

    def run(*command: str) -> None:
        done = subprocess.run(
            command, cwd=ROOT, env=environment, capture_output=True, text=True, check=False
        )
        assert done.returncode == 0, done.stdout + done.stderr

    generator = (sys.executable, "-m", "data_generator")
    raw = str(folder / "raw")
    run(
        *(*generator, "--months", "9", "--claims-per-month", "250", "--seed", "11"),
        *("--end-date", "2025-09-30", "--out", raw),
    )
    run(*generator, "load", "--from", raw, "--target", "duckdb")
    run(sys.executable, "-m", "scripts.deps")
    build = (str(BIN / "dbt"), "build", "--target", "duckdb", "--exclude-resource-type", "test")
    build = (*build, "--exclude-resource-type", "unit_test", "--select")
    build = (*build, *(f"+{mart}" for mart in SNAPSHOTS))

    def rows() -> dict[str, Rows]:
        with duckdb.connect(environment["RCM_DUCKDB_PATH"], read_only=True) as connection:
            found: dict[str, Rows] = {}
            for mart, day in SNAPSHOTS.items():
                # the day itself is a snapshot of the past run whatever the day of the month
                query = f"select * from mart.{mart} where {day} <= date '{AS_OF}'"
                found[mart] = Counter(connection.sql(query).fetchall())
            return found

    run(*build)
    later = rows()
    run(*build, "--vars", f"as_of_date: {AS_OF}")
    return {"later": later, "then": rows()}


@pytest.mark.parametrize("mart", sorted(SNAPSHOTS))
def test_the_past_is_the_same_whenever_it_is_asked(
    marts: dict[str, dict[str, Rows]], mart: str
) -> None:
    """Row for row and to the cent, credits, stays in house and late charges included."""
    then, later = marts["then"][mart], marts["later"][mart]
    assert then.total() > 0
    assert then - later == Counter()
    assert later - then == Counter()
