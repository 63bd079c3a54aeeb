"""The loader writes what it was given, all or nothing, on PostgreSQL and DuckDB alike."""

import datetime as dt
import re
import shutil
import threading
from collections.abc import Iterator
from contextlib import closing
from decimal import Decimal
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from ingestion.contract import ContractError, arrow_schema, load_contract
from ingestion.dbt_profile import ProfileError
from ingestion.warehouse import (
    GENERATED_KIND,
    LOADED,
    REFUSED,
    Warehouse,
    WarehouseError,
    open_warehouse,
)
from scripts.postgres_server import Server

ROOT = Path(__file__).resolve().parents[2]
ARRIVAL = dt.datetime(2025, 12, 31, 23, 30, 0, 123456)
REFUNDS = "billing_refunds"
APPEALS = "billing_appeals"
WORK_ITEMS = "billing_work_items"
ENGINES = ("dev", "duckdb")


@pytest.fixture(scope="module")
def postgres(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """One PostgreSQL for the module; every test finds it empty."""
    server = Server(tmp_path_factory.mktemp("pg"))
    server.start("rcm")
    yield server
    server.stop()


@pytest.fixture(params=ENGINES)
def target(request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    """A target of the dbt profile whose warehouse is empty."""
    shutil.copy(ROOT / "profiles.example.yml", tmp_path / "profiles.yml")
    monkeypatch.setenv("DBT_PROFILES_DIR", str(tmp_path))
    if request.param == "dev":
        server: Server = request.getfixturevalue("postgres")
        with closing(server.connect("rcm")) as connection, connection.cursor() as cursor:
            cursor.execute("drop schema if exists raw cascade")
        monkeypatch.setenv("RCM_PG_SOCKET", str(server.socket))
    monkeypatch.setenv("RCM_DUCKDB_PATH", str(tmp_path / "new" / "rcm.duckdb"))
    return str(request.param)


@pytest.fixture
def warehouse(target: str) -> Iterator[Warehouse]:
    """An open warehouse with the raw tables in place."""
    with open_warehouse(target) as opened:
        opened.ensure_raw_tables()
        yield opened


def refunds(batch_id: str | None, *amounts: str) -> pa.RecordBatch:
    """One refund per amount."""
    schema = arrow_schema(load_contract()[REFUNDS])
    rows = [
        {
            "refund_id": f"R{number}",
            "account_number": "A1",
            "amount": Decimal(amount),
            "_loaded_at": ARRIVAL,
            "_source_file": "refunds.csv",
            "_batch_id": batch_id,
        }
        for number, amount in enumerate(amounts)
    ]
    return pa.RecordBatch.from_pylist(rows, schema=schema)


def register(warehouse: Warehouse, batch_id: str, kind: str = GENERATED_KIND) -> None:
    """Record a loaded batch."""
    warehouse.register_batch(batch_id, kind, "f", "0" * 64, LOADED, None, 1, ARRIVAL)


def total(warehouse: Warehouse, table: str = REFUNDS) -> Decimal | None:
    """The money in a table."""
    amount: Decimal | None = warehouse.query(f"select sum(amount) from raw.{table}")[0][0]
    return amount


def test_the_tables_have_the_types_of_the_contract(warehouse: Warehouse) -> None:
    existing = warehouse._existing_columns()
    existing.pop("load_batches")
    assert existing == {name: table.columns for name, table in warehouse.contract.items()}


def test_making_the_tables_again_changes_nothing(warehouse: Warehouse) -> None:
    warehouse.copy(REFUNDS, [refunds("real-1", "1.00")])
    warehouse.ensure_raw_tables()
    assert total(warehouse) == Decimal("1.00")


TEXTS = ["", None, "plain", 'a "quoted" one', "two\nlines", "a,b", "\\N", "\\.", "NULL", " é ✓ 'x'"]


@pytest.mark.parametrize("by_file", [False, True], ids=["batches", "parquet"])
def test_every_value_comes_back_as_it_was_sent(
    warehouse: Warehouse, tmp_path: Path, by_file: bool
) -> None:
    table = warehouse.contract[WORK_ITEMS]
    rows: list[dict[str, Any]] = [
        {
            "work_item_id": text,
            "minutes": number - 5,
            "is_error": (True, False, None)[number % 3],
            "worked_date": dt.date(1900 + number, 2, 28) if number else None,
            "_loaded_at": ARRIVAL,
        }
        for number, text in enumerate(TEXTS)
    ]
    batch = pa.RecordBatch.from_pylist(rows, schema=arrow_schema(table))
    with warehouse.transaction():
        if by_file:
            pq.write_table(pa.table(batch), tmp_path / "rows.parquet")
            assert warehouse.copy_parquet(WORK_ITEMS, tmp_path / "rows.parquet") == len(TEXTS)
        else:
            assert warehouse.copy(WORK_ITEMS, [batch.slice(0, 4), batch.slice(4)]) == len(TEXTS)
    columns = list(rows[0])
    found = warehouse.query(f"select {', '.join(columns)} from raw.{WORK_ITEMS} order by minutes")
    assert found == [tuple(row[name] for name in columns) for row in rows]


def test_the_largest_and_smallest_amounts_keep_their_cents(warehouse: Warehouse) -> None:
    amounts = ["999999999999.99", "-999999999999.99", "0.01", "-0.01", "0.00"]
    warehouse.copy(REFUNDS, [refunds("real-1", *amounts)])
    found = warehouse.query(f"select amount from raw.{REFUNDS} order by refund_id")
    assert [str(row[0]) for row in found] == amounts


def test_more_rows_than_a_block_of_csv_arrive(warehouse: Warehouse) -> None:
    schema = arrow_schema(warehouse.contract[REFUNDS])
    one = refunds("gen-1", "0.01").to_pylist()
    large = pa.RecordBatch.from_pylist(one * 20_000, schema=schema)
    with warehouse.transaction():
        assert warehouse.copy(REFUNDS, (large for _ in range(4))) == 80_000
    assert total(warehouse) == Decimal("800.00")


def test_columns_may_come_in_any_order_and_in_types_that_fit(warehouse: Warehouse) -> None:
    batch = refunds("real-1", "12.50")
    loose = pa.RecordBatch.from_pydict(
        {
            name: batch.column(name).cast(pa.large_string())
            if name == "refund_id"
            else batch.column(name)
            for name in reversed(batch.schema.names)
        }
    )
    warehouse.copy(REFUNDS, [loose])
    assert total(warehouse) == Decimal("12.50")


def test_missing_and_unknown_columns_are_named(warehouse: Warehouse, tmp_path: Path) -> None:
    batch = refunds("real-1", "1.00")
    wrong = batch.rename_columns(
        ["amount_usd" if name == "amount" else name for name in batch.schema.names]
    )
    message = "billing_refunds lacks amount and has unknown amount_usd"
    with pytest.raises(ContractError, match=message):
        warehouse.copy(REFUNDS, [batch, wrong])
    pq.write_table(pa.table(wrong), tmp_path / "wrong.parquet")
    with pytest.raises(ContractError, match=message):
        warehouse.copy_parquet(REFUNDS, tmp_path / "wrong.parquet")
    with pytest.raises(ContractError, match="no table refunds"):
        warehouse.copy("refunds", [batch])
    assert total(warehouse) is None


def test_a_value_that_does_not_fit_is_refused_with_its_column(warehouse: Warehouse) -> None:
    batch = refunds("real-1", "1.00")
    third_decimal = batch.set_column(
        batch.schema.get_field_index("amount"),
        "amount",
        pa.array([Decimal("1.005")], pa.decimal128(14, 3)),
    )
    with pytest.raises(ContractError, match=r"billing_refunds\.amount"):
        warehouse.copy(REFUNDS, [third_decimal])
    assert total(warehouse) is None


def test_the_error_of_the_source_is_the_error_one_sees(warehouse: Warehouse) -> None:
    def failing() -> Iterator[pa.RecordBatch]:
        yield refunds("real-1", "1.00")
        raise LookupError("the source broke")

    with pytest.raises(LookupError, match="the source broke"), warehouse.transaction():
        warehouse.copy(REFUNDS, failing())
    assert total(warehouse) is None
    warehouse.copy(REFUNDS, [refunds("real-1", "2.00")])
    assert total(warehouse) == Decimal("2.00")


def test_a_failed_transaction_leaves_earlier_data(warehouse: Warehouse) -> None:
    with warehouse.transaction():
        warehouse.copy(REFUNDS, [refunds("gen-1", "1.00")])
        register(warehouse, "gen-1")
    with pytest.raises(RuntimeError, match="killed"), warehouse.transaction():
        warehouse.delete_batches("gen-")
        warehouse.copy(REFUNDS, [refunds("gen-2", "5.00", "6.00")])
        register(warehouse, "gen-2")
        raise RuntimeError("killed")
    assert total(warehouse) == Decimal("1.00")
    assert warehouse.batch_is_loaded("gen-1")
    assert warehouse.find_batch("gen-2") is None


def test_transactions_do_not_nest(warehouse: Warehouse) -> None:
    with (
        pytest.raises(WarehouseError, match="don't nest"),
        warehouse.transaction(),
        warehouse.transaction(),
    ):
        raise AssertionError
    with warehouse.transaction():
        warehouse.copy(REFUNDS, [refunds("real-1", "1.00")])
    assert total(warehouse) == Decimal("1.00")


def test_only_the_batches_of_the_prefix_are_deleted(warehouse: Warehouse) -> None:
    with warehouse.transaction():
        for batch_id in ("gen-1", "gen-2", "x12-1", "gen_3", None):
            warehouse.copy(REFUNDS, [refunds(batch_id, "1.00")])
        for batch_id in ("gen-1", "gen-2", "x12-1"):
            register(warehouse, batch_id)
    with warehouse.transaction():
        warehouse.delete_batches("gen-")
    left = warehouse.query(f"select _batch_id from raw.{REFUNDS} order by _batch_id nulls last")
    assert left == [("gen_3",), ("x12-1",), (None,)]
    assert warehouse.find_batch("gen-1") is None
    assert warehouse.batch_is_loaded("x12-1")
    with pytest.raises(ValueError, match="everything"):
        warehouse.delete_batches("")


def test_a_full_reload_keeps_the_views_on_top(warehouse: Warehouse) -> None:
    warehouse.copy(REFUNDS, [refunds("gen-1", "1.00")])
    warehouse.query(f"create view stg_refunds as select * from raw.{REFUNDS}")
    with warehouse.transaction():
        warehouse.delete_batches("gen-")
        warehouse.copy(REFUNDS, [refunds("gen-1", "2.00")])
    warehouse.analyze()
    assert warehouse.query("select sum(amount) from stg_refunds") == [(Decimal("2.00"),)]


def test_a_column_that_the_contract_gained_is_added_to_real_rows(warehouse: Warehouse) -> None:
    warehouse.copy(REFUNDS, [refunds("real-1", "1.00")])
    warehouse.query(f"alter table raw.{REFUNDS} drop column post_date")
    warehouse.ensure_raw_tables()
    assert warehouse.query(f"select amount, post_date from raw.{REFUNDS}") == [
        (Decimal("1.00"), None)
    ]


def test_a_table_of_another_shape_is_made_anew_when_nothing_is_lost(warehouse: Warehouse) -> None:
    columns = warehouse._existing_columns()[REFUNDS]
    warehouse.query(f"alter table raw.{REFUNDS} alter column amount type text")
    warehouse.copy(APPEALS, [])
    warehouse.query(f"alter table raw.{APPEALS} add column color text")
    warehouse.query(f"insert into raw.{REFUNDS} (refund_id, _batch_id) values ('R1', 'gen-1')")
    register(warehouse, "gen-1")
    warehouse.query(f"create view stg_refunds as select * from raw.{REFUNDS}")
    warehouse.ensure_raw_tables()
    assert warehouse._existing_columns()[REFUNDS] == columns
    assert warehouse._existing_columns()[APPEALS] == warehouse.contract[APPEALS].columns
    assert total(warehouse) is None


@pytest.mark.parametrize("batch_id", ["x12-1", "unregistered", None])
def test_a_table_of_another_shape_with_real_rows_is_left_alone(
    warehouse: Warehouse, batch_id: str | None
) -> None:
    register(warehouse, "x12-1", kind="x12_835")
    warehouse.copy(REFUNDS, [refunds(batch_id, "1.00")])
    warehouse.query(f"alter table raw.{REFUNDS} alter column post_date type text")
    message = r"differs from the contract in post_date text \(contract: date\) and holds real rows"
    with pytest.raises(WarehouseError, match=message):
        warehouse.ensure_raw_tables()
    assert total(warehouse) == Decimal("1.00")


def test_a_batch_is_registered_once(warehouse: Warehouse) -> None:
    assert not warehouse.batch_is_loaded("b")
    warehouse.register_batch("b", "x12_835", "f.835", "0" * 64, REFUSED, "why", 0, ARRIVAL)
    assert not warehouse.batch_is_loaded("b")
    warehouse.register_batch("b", "x12_835", "f.835", "0" * 64, LOADED, None, 7, ARRIVAL)
    assert warehouse.batch_is_loaded("b")
    found = warehouse.query("select status, reason, row_count, loaded_at from raw.load_batches")
    assert found == [(LOADED, None, 7, ARRIVAL)]
    with pytest.raises(ValueError, match="needs a reason"):
        warehouse.register_batch("b", "x12_835", None, None, REFUSED, None, 0, ARRIVAL)
    with pytest.raises(ValueError, match="status is 'done'"):
        warehouse.register_batch("b", "x12_835", None, None, "done", None, 0, ARRIVAL)


@pytest.mark.parametrize("target", ["dev"], indirect=True)
def test_the_rows_of_a_batch_are_found_without_reading_the_others(warehouse: Warehouse) -> None:
    schema = arrow_schema(warehouse.contract[REFUNDS])
    for batch_id in ("gen-base", "gen-night-1", "gen-night-2"):
        rows = refunds(batch_id, "0.01").to_pylist() * 20_000
        with warehouse.transaction():
            warehouse.copy(REFUNDS, [pa.RecordBatch.from_pylist(rows, schema=schema)])
            register(warehouse, batch_id)
        warehouse.analyze()
    query = f"select sum(amount) from raw.{REFUNDS} where _batch_id = 'gen-night-2'"
    plan = "\n".join(row[0] for row in warehouse.query(f"explain analyze {query}"))
    assert "Bitmap Index Scan on billing_refunds_batches" in plan
    ((pages,),) = warehouse.query(f"select pg_relation_size('raw.{REFUNDS}') / 8192")
    read = re.search(r"Heap Blocks: lossy=(\d+)", plan)
    assert read
    assert int(read[1]) < pages / 2
    assert warehouse.query(query) == [(Decimal("200.00"),)]


@pytest.mark.parametrize("target", ["dev"], indirect=True)
def test_two_loaders_of_one_database_wait_for_each_other(target: str, warehouse: Warehouse) -> None:
    second_is_in = threading.Event()
    first_was_done: list[bool] = []

    def load_too() -> None:
        with open_warehouse(target) as other, other.transaction():
            first_was_done.append(other.batch_is_loaded("gen-1"))
            second_is_in.set()

    thread = threading.Thread(target=load_too)
    with warehouse.transaction():
        thread.start()
        assert not second_is_in.wait(0.5)
        register(warehouse, "gen-1")
    thread.join(10)
    assert first_was_done == [True]


@pytest.mark.parametrize("target", ["dev"], indirect=True)
def test_rows_that_somebody_else_is_adding_survive(target: str, warehouse: Warehouse) -> None:
    with open_warehouse(target) as stranger:  # a program that is none of our loaders
        stranger.query("begin")
        stranger.query(f"insert into raw.{REFUNDS} (refund_id, amount) values ('S1', 7)")

        def load() -> None:
            with open_warehouse(target) as other, other.transaction():
                other.delete_batches("gen-")
                other.copy(REFUNDS, [refunds("gen-1", "1.00")])

        thread = threading.Thread(target=load)
        thread.start()
        thread.join(0.5)
        assert thread.is_alive()
        stranger.query("commit")
    thread.join(10)
    assert total(warehouse) == Decimal("8.00")


@pytest.mark.parametrize("target", ["dev"], indirect=True)
def test_text_that_postgres_cannot_hold_is_refused_with_the_table(warehouse: Warehouse) -> None:
    batch = refunds("real-1", "1.00")
    nul = batch.set_column(0, "refund_id", pa.array(["a\x00b"]))
    with pytest.raises(WarehouseError, match="billing_refunds"):
        warehouse.copy(REFUNDS, [nul])
    assert total(warehouse) is None


@pytest.mark.parametrize("target", ["dev"], indirect=True)
def test_a_server_that_is_down_says_how_to_start_it(
    target: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("RCM_PG_SOCKET", str(tmp_path))
    with pytest.raises(WarehouseError, match=r"python -m scripts\.postgres start"):
        open_warehouse(target)


@pytest.mark.parametrize("target", ["duckdb"], indirect=True)
def test_a_file_that_is_no_database_is_named(
    target: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "notes.txt"
    path.write_text("no database " * 1000)
    monkeypatch.setenv("RCM_DUCKDB_PATH", str(path))
    with pytest.raises(WarehouseError, match=r"notes\.txt"):
        open_warehouse(target)


def test_the_profile_is_found_where_dbt_finds_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    home, work = tmp_path / "home", tmp_path / "work"
    (home / ".dbt").mkdir(parents=True)
    work.mkdir()
    monkeypatch.setenv("HOME", str(home))
    monkeypatch.delenv("DBT_PROFILES_DIR", raising=False)
    monkeypatch.chdir(work)
    profile = (
        "rcm_warehouse: {outputs: {dev: {type: duckdb, path: \"{{ env_var('WHERE') }}/%s.db\"}}}"
    )
    monkeypatch.setenv("WHERE", str(tmp_path))

    def opened() -> str:
        with open_warehouse("dev") as found:
            return str(found.query("select current_database()")[0][0])

    (home / ".dbt" / "profiles.yml").write_text("another_project: {}")
    with pytest.raises(ProfileError, match="has no target 'elsewhere'; it has dev, server, duckdb"):
        open_warehouse("elsewhere")  # the example answers, since no file has this profile
    (home / ".dbt" / "profiles.yml").write_text(profile % "home")
    assert opened() == "home"
    (work / "profiles.yml").write_text(profile % "work")
    assert opened() == "work"
    monkeypatch.setenv("DBT_PROFILES_DIR", str(tmp_path))
    with pytest.raises(ProfileError, match="does not exist"):
        open_warehouse("dev")
    (tmp_path / "profiles.yml").write_text(profile % "named")
    assert opened() == "named"
    monkeypatch.delenv("WHERE")
    with pytest.raises(ProfileError, match="WHERE"):
        open_warehouse("dev")
    (tmp_path / "profiles.yml").write_text("rcm_warehouse: {outputs: {dev: {type: spark}}}")
    with pytest.raises(WarehouseError, match="type spark"):
        open_warehouse("dev")
