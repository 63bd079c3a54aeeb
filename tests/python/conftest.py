"""Fixtures that several Python tests share."""

import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT))

from scripts.postgres_server import Server  # noqa: E402


@pytest.fixture(autouse=True)
def no_settings_of_the_user(monkeypatch: pytest.MonkeyPatch) -> None:
    """A test must not touch the user's own database or packages."""
    for name in ("RCM_PG_HOME", "RCM_PG_SOCKET", "RCM_DATABASE", "RCM_DUCKDB_PATH"):
        monkeypatch.delenv(name, raising=False)


@pytest.fixture
def server(tmp_path: Path) -> Iterator[Server]:
    """An embedded PostgreSQL in a folder of its own, not started yet, stopped afterwards."""
    embedded = Server(tmp_path / "pg")
    yield embedded
    embedded.stop()
