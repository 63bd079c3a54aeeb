"""The marts of a dirty set say what the simulator knows to be true, to the cent.

So they do as of a past day: what a set that ends there would have told is what they must say.
"""

import datetime as dt
import subprocess
import sys
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import answer_key
import duckdb
import pytest
from built_warehouse import ROOT, BuiltWarehouse

OPTIONS = ("--start-date", "2024-09-01", "--claims-per-month", "500", "--seed", "3", "--defects")
END, PAST = "2025-12-31", "2025-10-19"
MARTS = (
    "fct_ar_transactions", "fct_ar_month_end", "fct_charges", "fct_claims", "fct_denials",
    "fct_remittances", "dim_denial_reason", "dim_facility", "dim_payer", "kpi_ar_aging",
    "kpi_denial_rate", "kpi_denial_rate_by_category",
)  # fmt: skip


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Where the set and the DuckDB file of this module lie."""
    return tmp_path_factory.mktemp("answers")


@pytest.fixture(scope="module")
def built(folder: Path) -> BuiltWarehouse:
    """The marts of a dirty set of sixteen months."""
    warehouse = BuiltWarehouse(folder, *OPTIONS, "--end-date", END)
    warehouse.build(*MARTS)
    return warehouse


@pytest.fixture(scope="module")
def connection(built: BuiltWarehouse) -> Iterator[duckdb.DuckDBPyConnection]:
    """The marts with the answer key beside them."""
    with duckdb.connect(str(built.path)) as opened:
        answer_key.tell(opened, built.raw)
        yield opened


@pytest.mark.parametrize("name", sorted(answer_key.COMPARISONS))
def test_marts_equal_the_answer_key(connection: duckdb.DuckDBPyConnection, name: str) -> None:
    """Every cell, to the cent."""
    assert answer_key.COMPARISONS[name].different(connection) == []


def test_every_amount_of_the_answer_key_is_compared(
    connection: duckdb.DuckDBPyConnection,
) -> None:
    """A measure that the simulator learns to tell must be compared with a mart."""
    told = {
        name.removesuffix("_amount")
        for name in connection.table("truth_money_by_month").columns
        if name.endswith("_amount")
    }
    compared = {name for each in answer_key.COMPARISONS.values() for name in each.measures}
    assert told
    assert told <= compared


def test_the_comparisons_see_a_cent(connection: duckdb.DuckDBPyConnection) -> None:
    """One entry that is a cent off shows, and so does a key that says nothing."""
    ledger = answer_key.COMPARISONS["billed by month in fct_ar_transactions"]
    connection.execute("begin")
    connection.execute(
        "update mart.fct_ar_transactions set amount = amount + 0.01 where ar_transaction_key = ("
        "select min(ar_transaction_key) from mart.fct_ar_transactions "
        "where transaction_type = 'charge')"
    )
    assert len(ledger.different(connection)) == 1
    connection.execute("rollback")
    assert ledger.different(connection) == []
    connection.execute("begin")
    connection.execute("delete from truth_money_by_month")
    connection.execute("delete from mart.fct_ar_transactions")
    assert [row[0] for row in ledger.different(connection)] == [answer_key.NOTHING]
    connection.execute("rollback")


def test_marts_as_of_a_past_day_equal_the_answer_key_of_that_day(
    built: BuiltWarehouse, connection: duckdb.DuckDBPyConnection, folder: Path
) -> None:
    """What arrived afterwards, late charges and corrections of earlier days included, is unknown.

    A day in the middle of a month; the last of the tests here, since it builds the marts anew.
    One thing the simulator alone knows ahead: a second coverage that had ended, of which the
    hospital is told later. Until then the marts have the second payer owe what the patient owes.
    """
    connection.close()
    past = folder / "past"
    subprocess.run(
        (sys.executable, "-m", "data_generator", *OPTIONS, "--end-date", PAST, "--out", str(past)),
        cwd=ROOT,
        check=True,
        capture_output=True,
    )
    built.build(*MARTS, as_of_date=PAST)
    with duckdb.connect(str(built.path)) as opened:
        different = answer_key.differences(opened, past)
        last = opened.sql("select max(snapshot_date) from mart.fct_ar_month_end").fetchall()
    assert last == [(dt.date.fromisoformat(PAST),)]
    moved = [rows for name, rows in different.items() if name.startswith("A/R")]
    assert len(moved) == len(different)
    for rows in moved:
        assert len(rows) < 10
        assert {row[4] for row in rows} <= {"secondary", "patient"}
        net: Counter[tuple[object, ...]] = Counter()
        for *keys, _, gross, true_gross, credit, true_credit, _, _ in rows:
            net[tuple(keys)] += gross + credit - true_gross - true_credit
        assert not any(net.values())
