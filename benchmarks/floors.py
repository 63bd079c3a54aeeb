"""The least that loading and building could cost: the same rows written with nothing around them.

A bare COPY takes the files of a set into tables like the raw ones, without index, registry or
statistics. A rewrite takes each mart as it stands into a new table, one after the other, without
keys or statistics. What costs more than that is what the loader and the models add.
"""

import time
from contextlib import closing
from pathlib import Path

import duckdb
import pyarrow.csv
import pyarrow.parquet as pq

from benchmarks.workplace import DATABASE
from data_generator.writer import table_path
from ingestion.contract import create_table_sql, load_contract
from ingestion.warehouse import column_list, qualified
from scripts.paths import postgres_home
from scripts.postgres_server import Server

SCRATCH_SCHEMA = "benchmark_floor"
ROWS_AT_ONCE = 65_536
# as the loader writes it: strings that are empty are quoted, null is nothing
_CSV = pyarrow.csv.WriteOptions(include_header=False, quoting_style="needed")


def bare_copy_postgres(source: Path, scratch: Path) -> float:
    """Seconds of COPY of the set in `source`; turning Parquet into CSV is not counted.

    Each table is made and filled in one transaction, so nothing goes through the log, and rows
    are frozen: what the loader may do at best.
    """
    seconds = 0.0
    file = scratch / "floor.csv"
    server = Server(postgres_home())
    with closing(server.connect(DATABASE)) as connection, connection.cursor() as cursor:
        cursor.execute(f"create schema if not exists {SCRATCH_SCHEMA}")
        for name, table in load_contract().items():
            _write_csv(table_path(source, name, "parquet"), file)
            copied = f'{SCRATCH_SCHEMA}."{name}"'
            begun = time.perf_counter()
            cursor.execute("begin")
            cursor.execute(f"create table {copied} (like {qualified(name)})")
            with file.open("rb") as stream:
                cursor.copy_expert(
                    f"copy {copied} ({column_list(table)}) from stdin with (format csv, freeze)",
                    stream,
                    1 << 20,
                )
            cursor.execute("commit")
            seconds += time.perf_counter() - begun
            cursor.execute(f"drop table {copied}")
            file.unlink()
        cursor.execute(f"drop schema {SCRATCH_SCHEMA}")
    return seconds


def _write_csv(source: Path, file: Path) -> None:
    with pq.ParquetFile(source) as parquet, file.open("wb") as sink:
        for batch in parquet.iter_batches(ROWS_AT_ONCE):
            pyarrow.csv.write_csv(batch, sink, _CSV)


def bare_copy_duckdb(source: Path, scratch: Path) -> float:
    """Seconds of `insert ... select from read_parquet` of the set into a new file."""
    file = scratch / "floor.duckdb"
    seconds = 0.0
    with closing(duckdb.connect(str(file))) as connection:
        connection.execute("create schema raw")
        for name, table in load_contract().items():
            connection.execute(create_table_sql(table))
            columns = column_list(table)
            begun = time.perf_counter()
            connection.execute(
                f"insert into {qualified(name)} ({columns}) select {columns} from read_parquet(?)",
                [str(table_path(source, name, "parquet"))],
            )
            seconds += time.perf_counter() - begun
        begun = time.perf_counter()
        connection.execute("checkpoint")
        seconds += time.perf_counter() - begun
    file.unlink()
    return seconds


def rewrite_marts_postgres() -> float:
    """Seconds of `create table as select *` of every table of schema mart."""
    seconds = 0.0
    server = Server(postgres_home())
    with closing(server.connect(DATABASE)) as connection, connection.cursor() as cursor:
        cursor.execute(
            "select relname from pg_class "
            "where relnamespace = 'mart'::regnamespace and relkind = 'r' order by relname"
        )
        names = [name for (name,) in cursor.fetchall()]
        cursor.execute(f"create schema if not exists {SCRATCH_SCHEMA}")
        for name in names:
            copied = f'{SCRATCH_SCHEMA}."{name}"'
            begun = time.perf_counter()
            cursor.execute(f'create table {copied} as select * from mart."{name}"')
            seconds += time.perf_counter() - begun
            cursor.execute(f"drop table {copied}")
        cursor.execute(f"drop schema {SCRATCH_SCHEMA}")
    return seconds


def rewrite_marts_duckdb(warehouse: Path, scratch: Path) -> float:
    """The same in DuckDB, into a file of its own, so that the warehouse's doesn't grow."""
    file = scratch / "floor.duckdb"
    with closing(duckdb.connect()) as connection:
        connection.execute(f"attach '{warehouse}' as held (read_only)")
        connection.execute(f"attach '{file}' as floor")
        rows = connection.execute(
            "select table_name from duckdb_tables() "
            "where database_name = 'held' and schema_name = 'mart' order by 1"
        ).fetchall()
        begun = time.perf_counter()
        for (name,) in rows:
            connection.execute(f'create table floor."{name}" as select * from held.mart."{name}"')
        connection.execute("checkpoint floor")
        seconds = time.perf_counter() - begun
    file.unlink()
    return seconds
