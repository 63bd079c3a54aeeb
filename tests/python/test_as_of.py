"""A run as of a past day gives the figures that a later run gives for that day."""

from collections import Counter
from typing import Any

import duckdb
import pytest
from built_warehouse import BuiltWarehouse

AS_OF = "2025-05-31"
SNAPSHOTS = {
    "fct_ar_daily": "snapshot_date",
    "fct_ar_month_end": "snapshot_date",
    "kpi_ar_aging": "as_of_date",
    "kpi_ar_days": "as_of_date",
}
Rows = Counter[tuple[Any, ...]]


@pytest.fixture(scope="module")
def marts(tmp_path_factory: pytest.TempPathFactory) -> dict[str, dict[str, Rows]]:
    """Rows of the snapshot marts up to AS_OF: of a run that sees all, and of one as of that day."""
    # no late rows: what arrives late restates the days since its posting, which is another matter
    warehouse = BuiltWarehouse(
        tmp_path_factory.mktemp("as_of"),
        *("--months", "9", "--claims-per-month", "250", "--seed", "11"),
        *("--end-date", "2025-09-30", "--clean"),
    )

    def rows() -> dict[str, Rows]:
        with duckdb.connect(str(warehouse.path), read_only=True) as connection:
            found: dict[str, Rows] = {}
            for mart, day in SNAPSHOTS.items():
                # the day itself is a snapshot of the past run whatever the day of the month
                query = f"select * from mart.{mart} where {day} <= date '{AS_OF}'"
                found[mart] = Counter(connection.sql(query).fetchall())
            return found

    warehouse.build(*SNAPSHOTS)
    later = rows()
    warehouse.build(*SNAPSHOTS, as_of_date=AS_OF)
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
