"""The comparison of two engines sees a cent, a missing table and an empty one."""

from pathlib import Path

import duckdb
import pytest

from ingestion.warehouse import open_warehouse
from scripts import compare_engines
from scripts.compare_engines import differences

NAMES = ("left", "right")


@pytest.fixture
def targets(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> tuple[str, str]:
    """Two DuckDB files with the same mart, the only one of the project."""
    text = "rcm_warehouse: {target: left, outputs: {%s}}"
    outputs = ", ".join(f"{name}: {{type: duckdb, path: '{tmp_path}/{name}.db'}}" for name in NAMES)
    (tmp_path / "profiles.yml").write_text(text % outputs)
    monkeypatch.setenv("DBT_PROFILES_DIR", str(tmp_path))
    monkeypatch.setattr(compare_engines, "mart_models", lambda: {"fct"})
    for name in NAMES:
        with duckdb.connect(str(tmp_path / f"{name}.db")) as connection:
            connection.execute("create schema mart")
            connection.execute("create table mart.fct as select 1 as id, 10.00::decimal(14,2) as x")
    return NAMES


def change(folder: Path, name: str, statement: str) -> None:
    """Change one of the files."""
    with duckdb.connect(str(folder / f"{name}.db")) as connection:
        connection.execute(statement)


def compare(targets: tuple[str, str], allow_empty: bool = False) -> list[str]:
    """What differs."""
    with open_warehouse(targets[0]) as left, open_warehouse(targets[1]) as right:
        return differences(left, right, NAMES, allow_empty)


def test_the_same_rows_are_equal(targets: tuple[str, str]) -> None:
    assert compare(targets) == []


@pytest.mark.parametrize(
    ("statement", "message"),
    [
        ("update mart.fct set x = 10.01", "fct: 1 of 1 rows only in"),
        ("insert into mart.fct from mart.fct", "fct: 1 of 2 rows only in right"),
        ("delete from mart.fct", "fct: 1 of 1 rows only in left"),
        ("alter table mart.fct rename x to y", "fct: columns differ (x, y)"),
        ("drop table mart.fct", "fct: not in right"),
        ("create table mart.more as select 1 as id", "more: not in left"),
    ],
)
def test_a_difference_is_told(
    tmp_path: Path, targets: tuple[str, str], statement: str, message: str
) -> None:
    change(tmp_path, "right", statement)
    assert any(line.startswith(message) for line in compare(targets))


def test_a_table_that_is_empty_in_both_proves_nothing(
    tmp_path: Path, targets: tuple[str, str]
) -> None:
    for name in NAMES:
        change(tmp_path, name, "delete from mart.fct")
    assert compare(targets) == ["fct: empty in both, so nothing was compared"]
    assert compare(targets, allow_empty=True) == []


def test_a_mart_that_neither_has_is_missed(
    targets: tuple[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(compare_engines, "mart_models", lambda: {"fct", "kpi"})
    assert compare(targets) == ["kpi: in neither; run: dbt build"]


def test_the_marts_of_the_project_are_its_files() -> None:
    assert {"fct_claims", "dim_payer", "kpi_ar_days"} <= compare_engines.mart_models()
