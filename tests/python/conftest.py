"""Fixtures that several Python tests share."""

import shutil
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT))

from scripts.erd import parse_manifest  # noqa: E402
from scripts.postgres_server import Server  # noqa: E402

# Files that take minutes go first, so that in the end no core waits for one of them.
LONGEST_FIRST = ("test_nightly", "test_drill_down", "test_generator_growth")
SETTINGS_OF_THE_USER = ("RCM_PG_HOME", "RCM_PG_SOCKET", "RCM_DATABASE", "RCM_DUCKDB_PATH")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Order the files; within a file nothing changes."""

    def place(item: pytest.Item) -> int:
        name = item.path.stem
        return LONGEST_FIRST.index(name) if name in LONGEST_FIRST else len(LONGEST_FIRST)

    items.sort(key=place)


@pytest.fixture(autouse=True)
def no_settings_of_the_user(monkeypatch: pytest.MonkeyPatch) -> None:
    """A test must not touch the user's own database or packages."""
    for name in SETTINGS_OF_THE_USER:
        monkeypatch.delenv(name, raising=False)


@pytest.fixture
def server(tmp_path: Path) -> Iterator[Server]:
    """An embedded PostgreSQL in a folder of its own, not started yet, stopped afterwards."""
    embedded = Server(tmp_path / "pg")
    yield embedded
    embedded.stop()


@pytest.fixture(scope="session")
def manifest(tmp_path_factory: pytest.TempPathFactory) -> Any:
    """The parsed project."""
    folder = tmp_path_factory.mktemp("manifest")
    shutil.copy(ROOT / "profiles.example.yml", folder / "profiles.yml")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("DBT_PROFILES_DIR", str(folder))
        patch.setenv("DBT_TARGET_PATH", str(folder / "target"))
        patch.setenv("DBT_LOG_PATH", str(folder / "logs"))
        return parse_manifest()


@pytest.fixture(scope="session")
def duckdb_marts(tmp_path_factory: pytest.TempPathFactory) -> Any:
    """All models of a small dirty set in DuckDB; don't change them."""
    from built_warehouse import all_models  # dbt takes seconds to import

    return all_models(tmp_path_factory)


@pytest.fixture(scope="session")
def postgres_marts(duckdb_marts: Any, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Any]:
    """The same in PostgreSQL."""
    from built_warehouse import copy_to_postgres

    with pytest.MonkeyPatch.context() as patch:
        for name in SETTINGS_OF_THE_USER:
            patch.delenv(name, raising=False)
        server = Server(tmp_path_factory.mktemp("pg"))
        server.start("rcm")
        yield copy_to_postgres(duckdb_marts, server, tmp_path_factory.mktemp("copied"))
        server.stop()
