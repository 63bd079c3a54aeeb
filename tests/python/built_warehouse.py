"""A warehouse with models built on generated sets, for the tests that read marts."""

import fcntl
import gc
import os
import shutil
import subprocess
import sys
from collections import Counter
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any

import duckdb
import pytest
from dbt.adapters.duckdb.connections import DuckDBConnectionManager
from dbt.cli.main import dbtRunner

from data_generator.load import load
from ingestion.warehouse import Warehouse, open_warehouse
from scripts.compare_engines import mart_tables, read_rows
from scripts.postgres_server import Server

ROOT = Path(__file__).resolve().parents[2]
BIN = Path(sys.executable).parent
Marts = dict[str, Counter[tuple[Any, ...]]]


class DbtWarehouse:
    """A target of the example profile in a folder of its own, with all that dbt writes."""

    def __init__(self, folder: Path, target: str = "duckdb", **environment: str) -> None:
        """`environment` goes to every command, such as the socket of a PostgreSQL."""
        self.folder = folder
        self.target = target
        self.path = folder / "rcm.duckdb"
        profiles = folder / "profiles"
        profiles.mkdir()
        shutil.copy(ROOT / "profiles.example.yml", profiles / "profiles.yml")
        self._settings = {
            "DBT_PROFILES_DIR": str(profiles),
            "DBT_TARGET_PATH": str(folder / "target"),
            "DBT_LOG_PATH": str(folder / "logs"),
            "DBT_SEND_ANONYMOUS_USAGE_STATS": "false",
            "RCM_DUCKDB_PATH": str(self.path),
            **environment,
        }
        self.run(sys.executable, "-m", "scripts.deps")

    def generate(self, *options: str, out: Path) -> None:
        """Generate a set or drops."""
        self.run(sys.executable, "-m", "data_generator", *options, "--out", str(out))

    def load(self, folder: Path) -> None:
        """Load a set or drops."""
        with self.settings_in_place():
            load(self.target, folder)

    def build(self, *models: str, as_of_date: str = "") -> None:
        """Build seeds and the models without tests, and all that they are made of.

        Without a name, all models.
        """
        selection = ("--select", *(f"+{model}" for model in models)) if models else ()
        self.run(
            *(str(BIN / "dbt"), "build", "--target", self.target),
            *("--exclude-resource-type", "test", "--exclude-resource-type", "unit_test"),
            *("--vars", f"as_of_date: '{as_of_date}'", *selection),
        )

    def dbt(self, *arguments: str) -> None:
        """Run dbt, which must succeed, in this process, where it starts sooner."""
        with self.settings_in_place():
            done = dbtRunner().invoke([*arguments, "--target", self.target, "--quiet"])
            # dbt keeps the file open for a next command, and with it everybody else out
            DuckDBConnectionManager.close_all_connections()
            gc.collect()
        results = getattr(done.result, "results", [])
        failed = [f"{each.node.name}: {each.message}" for each in results if each.failures]
        failed += [
            f"{each.node.name}: {each.message}" for each in results if each.status == "error"
        ]
        assert done.success, (failed, done.exception)

    def start_dbt(self, *arguments: str) -> subprocess.Popen[str]:
        """Start dbt as a process of its own, which logs to its output."""
        return subprocess.Popen(
            [str(BIN / "dbt"), "--no-use-colors", *arguments, "--target", self.target],
            cwd=ROOT,
            env=self._environment,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )

    @contextmanager
    def opened(self) -> Iterator[Warehouse]:
        """The open warehouse."""
        with self.settings_in_place(), open_warehouse(self.target) as warehouse:
            yield warehouse

    def marts(self) -> Marts:
        """All rows of all tables of schema mart, with their number."""
        with self.opened() as warehouse:
            return {
                table: read_rows(warehouse, table, columns)
                for table, columns in mart_tables(warehouse).items()
            }

    def run(self, *command: str) -> None:
        """Run a command that must succeed."""
        done = subprocess.run(
            command, cwd=ROOT, env=self._environment, capture_output=True, text=True, check=False
        )
        assert done.returncode == 0, done.stdout + done.stderr

    @contextmanager
    def settings_in_place(self) -> Iterator[None]:
        """The environment of every command, for what runs in this process."""
        with pytest.MonkeyPatch.context() as patch:
            for name, value in self._settings.items():
                patch.setenv(name, value)
            patch.chdir(ROOT)
            yield

    @property
    def _environment(self) -> dict[str, str]:
        return {**os.environ, **self._settings}


class BuiltWarehouse(DbtWarehouse):
    """A DuckDB file with a generated set in it."""

    def __init__(self, folder: Path, *options: str) -> None:
        """Generate a set with `options` of the generator and load it."""
        super().__init__(folder)
        self.raw = folder / "raw"
        self.generate(*options, out=self.raw)
        self.load(self.raw)


# Months enough for full windows and mature cohorts, claims enough for every kind of event.
SHARED_SET = ("--start-date", "2024-09-01", "--end-date", "2025-12-31", "--seed", "3",
              "--claims-per-month", "250", "--defects")  # fmt: skip


def all_models(factory: pytest.TempPathFactory) -> DbtWarehouse:
    """All models of a small dirty set, in a copy for the caller alone.

    They are built once for all tests of a run, however many processes share it.
    """
    common = factory.getbasetemp()
    if "PYTEST_XDIST_WORKER" in os.environ:
        common = common.parent
    folder = common / "all_models"
    built = folder / "built"
    with (common / "all_models.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not built.exists():
            folder.mkdir()
            BuiltWarehouse(folder, *SHARED_SET).build()
            built.touch()
    copy = DbtWarehouse(factory.mktemp("all_models_copy"))
    shutil.copy(folder / copy.path.name, copy.path)
    return copy


COPIED_SCHEMAS = ("intermediate", "mart", "reference")
POSTGRES_TYPES = {"DOUBLE": "double precision", "HUGEINT": "numeric(38)"}


def copy_to_postgres(built: DbtWarehouse, server: Server, folder: Path) -> DbtWarehouse:
    """Marts, what they are made of and code lists as tables of a running PostgreSQL.

    The engines build the same marts (scripts.compare_engines); what reads them need not wait for
    a second build. A mart's key, its first column, is indexed as there.
    """
    with (
        duckdb.connect(str(built.path)) as source,
        closing(server.connect("rcm")) as target,
        target.cursor() as cursor,
    ):
        for schema in COPIED_SCHEMAS:
            cursor.execute(f"create schema {schema}")
        for schema, table in source.execute(
            "select table_schema, table_name from information_schema.tables "
            f"where table_schema in {COPIED_SCHEMAS}"
        ).fetchall():
            name = f"{schema}.{table}"
            columns = source.execute(f"describe {name}").fetchall()
            listed = ", ".join(
                f"{column[0]} {POSTGRES_TYPES.get(column[1], column[1])}" for column in columns
            )
            cursor.execute(f"create table {name} ({listed})")
            path = folder / f"{name}.csv"
            source.execute(f"copy {name} to '{path}' (header false)")
            with path.open() as rows:
                cursor.copy_expert(f"copy {name} from stdin (format csv)", rows)
            path.unlink()
            if schema == "mart" and columns[0][0].endswith("_key"):
                cursor.execute(f"create index on {name} ({columns[0][0]})")
        cursor.execute("analyze")
    return DbtWarehouse(folder, "dev", RCM_PG_SOCKET=str(server.socket), RCM_DATABASE="rcm")


def unequal(found: Marts, expected: Marts) -> dict[str, list[str]]:
    """What differs by table, some rows of each; empty when the marts are the same."""
    different: dict[str, list[str]] = {}
    for table in sorted({*found, *expected}):
        here, there = found.get(table, Counter()), expected.get(table, Counter())
        lines = [f"only {name}: {extra.total()} rows, such as {next(iter(extra))}"
                 for name, extra in (("found", here - there), ("expected", there - here))
                 if extra]  # fmt: skip
        if lines:
            different[table] = lines
    return different
