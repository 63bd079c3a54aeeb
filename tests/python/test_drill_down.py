"""Behind each figure of a KPI stand exactly the rows of its drill-down, on both engines."""

import uuid
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from built_warehouse import DbtWarehouse

from ingestion.warehouse import Warehouse

ROOT = Path(__file__).resolve().parents[2]
FOLDER = ROOT / "analyses" / "drill_down"
BEHIND = "claims_behind_"
DRILL_DOWNS = sorted(path.stem for path in FOLDER.glob("*.sql"))
KPIS = sorted(path.stem for path in (ROOT / "models/marts").rglob("kpi_*.sql"))

# KPI tables that need no drill-down, each with its reason.
WITHOUT = {
    "kpi_alerts": "each alert carries the query for its claims",
    "kpi_alert_claims": "it is the list of the claims behind an alert",
    "kpi_payer_scorecard": "its figures are other KPI tables', which have drill-downs",
}

# Stands for a cell's key in the compiled queries, so that one compilation serves all cells.
ANY_CELL = "00000000-0000-0000-0000-00000000ce11"


def kpi_of(name: str) -> str:
    return f"kpi_{name.removeprefix(BEHIND)}"


@dataclass(frozen=True)
class Drilled:
    """An open warehouse with the drill-downs as its SQL: of all cells, and of one."""

    warehouse: Warehouse
    of_all: dict[str, str]
    of_one: dict[str, str]

    def rows(self, statement: str) -> list[tuple[Any, ...]]:
        return self.warehouse.query(statement)


def compiled(built: DbtWarehouse, *options: str) -> dict[str, str]:
    """The SQL of the drill-downs by name."""
    built.dbt("compile", "--select", "path:analyses/drill_down", *options)
    folder = built.folder / "target" / "compiled" / "rcm_warehouse" / "analyses" / "drill_down"
    return {name: (folder / f"{name}.sql").read_text() for name in DRILL_DOWNS}


@pytest.fixture(scope="module", params=["duckdb", "postgres"])
def drilled(request: pytest.FixtureRequest) -> Iterator[Drilled]:
    built: DbtWarehouse = request.getfixturevalue(f"{request.param}_marts")
    of_all = compiled(built)
    of_one = compiled(built, "--vars", f"cell_key: {ANY_CELL}")
    with ExitStack() as stack:
        yield Drilled(stack.enter_context(built.opened()), of_all, of_one)


def test_every_kpi_has_its_drill_down() -> None:
    assert set(map(kpi_of, DRILL_DOWNS)) - set(KPIS) == set(), "a drill-down without its KPI"
    assert set(KPIS) - set(map(kpi_of, DRILL_DOWNS)) - set(WITHOUT) == set()
    assert set(WITHOUT) & set(map(kpi_of, DRILL_DOWNS)) == set()
    assert all(WITHOUT.values())


def rounding(drilled: Drilled, kpi: str, column: str) -> str:
    """Half a unit of the last place that the table keeps: as far as rounding may lead astray."""
    ((scale,),) = drilled.rows(
        "select coalesce(numeric_scale, 0) from information_schema.columns "
        f"where table_schema = 'mart' and table_name = '{kpi}' and column_name = '{column}'"
    )
    return f"0.5e-{scale}"


@pytest.mark.parametrize("name", DRILL_DOWNS)
def test_the_rows_behind_every_cell_add_up_to_it(drilled: Drilled, name: str) -> None:
    kpi, key = kpi_of(name), f"{kpi_of(name)}_key"
    ((cells, counted),) = drilled.rows(
        f"select count(*), sum(case when numerator <> 0 then 1 else 0 end) from mart.{kpi}"
    )
    assert cells, f"{kpi} is empty, so nothing was compared"
    assert counted, f"{kpi} has no numerator, so nothing was compared"
    # doubles of a sum of thirds are off by less than a thousand-millionth of it
    differ = " or ".join(
        f"abs(cast(coalesce(cells.{part}, 0) as double precision) - coalesce(behind.{part}, 0)) "
        f"> {rounding(drilled, kpi, part)} + 1e-9 * abs(coalesce(cells.{part}, 0))"
        for part in ("numerator", "denominator")
    )
    wrong = drilled.rows(
        f"""
        with drilled as ({drilled.of_all[name]}),
        behind as (
            select
                {key}, count(*) as row_count,
                sum(cast(numerator as double precision)) as numerator,
                sum(cast(denominator as double precision)) as denominator
            from drilled group by {key}
        )
        select
            coalesce(cells.{key}, behind.{key}), cells.numerator, behind.numerator,
            cells.denominator, behind.denominator, behind.row_count
        from mart.{kpi} as cells
        full join behind on cells.{key} = behind.{key}
        where cells.{key} is null or {differ} or (
            behind.{key} is null and (cells.numerator <> 0 or cells.denominator <> 0)
        )
        order by behind.row_count desc nulls last
        """
    )
    shown = "\n".join(map(str, wrong[:5]))
    assert not wrong, (
        f"{len(wrong)} of {cells} cells differ (key, numerator, of rows, denominator, of rows, "
        f"rows):\n{shown}"
    )


@pytest.mark.parametrize("name", DRILL_DOWNS)
def test_a_cell_named_by_its_key_returns_its_rows_alone(drilled: Drilled, name: str) -> None:
    key = f"{kpi_of(name)}_key"
    ((cell, count),) = drilled.rows(
        f"with drilled as ({drilled.of_all[name]}) select {key}, count(*) from drilled "
        f"group by {key} order by count(*) desc, {key} limit 1"
    )
    assert ANY_CELL in drilled.of_one[name], "it does not ask is_of_cell"
    query = drilled.of_one[name].replace(ANY_CELL, str(cell))
    found = drilled.rows(
        f"with drilled as ({query}) select {key}, count(*) from drilled group by 1"
    )
    assert found == [(cell, count)]
    nobodys = drilled.of_one[name].replace(ANY_CELL, str(uuid.UUID(int=0)))
    assert drilled.rows(f"with drilled as ({nobodys}) select count(*) from drilled") == [(0,)]


@pytest.mark.parametrize("name", DRILL_DOWNS)
def test_a_drill_down_says_which_claim_each_row_is(drilled: Drilled, name: str) -> None:
    """Rows of a numerator name what they count, be it a claim, a charge, an appeal or a touch."""
    drilled.rows(f"create temporary view behind_{name} as {drilled.of_all[name]}")
    names = [
        column
        for (column,) in drilled.rows(
            "select column_name from information_schema.columns "
            f"where table_name = 'behind_{name}' order by ordinal_position"
        )
    ]
    assert names[0] == f"{kpi_of(name)}_key"
    assert {"numerator", "denominator"} <= set(names)
    keys = [name for name in names[1:] if name.endswith("_key")]
    assert keys
    missing = " and ".join(f"{key} is null" for key in keys)
    counted = f"select count(*) from behind_{name} where numerator <> 0 and {missing}"
    assert drilled.rows(counted) == [(0,)]
