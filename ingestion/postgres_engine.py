"""The warehouse in PostgreSQL, written through COPY."""

import contextlib
import logging
import queue
import threading
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import psycopg2
import psycopg2.extensions
import pyarrow as pa
import pyarrow.csv
import pyarrow.parquet as pq

from ingestion.contract import RAW_SCHEMA, Column, RawTable
from ingestion.warehouse import (
    BATCH_COLUMN,
    Warehouse,
    WarehouseError,
    column_list,
    conform,
    qualified,
)

ROWS_PER_BLOCK = 16_384  # 2 to 4 MB of CSV: enough for speed, little enough to stay in the cache
BLOCKS_AHEAD = 4
ROWS_PER_PARQUET_BATCH = 65_536
PAGES_PER_RANGE = 32  # a night of a small table shares few pages with the nights beside it
LOADER_LOCK = 0x72636D  # one number for all loaders of a database ("rcm")

# Strings are always quoted, so that an empty one is not read as null.
_CSV = pyarrow.csv.WriteOptions(include_header=False, quoting_style="needed")
_CONTRACT_TYPES = {"timestamp without time zone": "timestamp"}
_OPTIONAL_SETTINGS = (
    "sslmode", "sslcert", "sslkey", "sslrootcert", "keepalives_idle",
)  # fmt: skip

logger = logging.getLogger(__name__)


class PostgresWarehouse(Warehouse):
    """One PostgreSQL database, 15 or later."""

    def __init__(self, contract: dict[str, RawTable], settings: dict[str, Any]) -> None:
        """Connect; raises WarehouseError when nothing answers."""
        super().__init__(contract)
        self._fresh: set[str] = set()
        self._connection = _connect(settings)

    def query(self, statement: str, values: Sequence[Any] = ()) -> list[tuple[Any, ...]]:
        """Run one statement, with %s for each value, and return its rows if it has any."""
        with self._connection.cursor() as cursor:
            cursor.execute(statement, list(values) or None)
            return cursor.fetchall() if cursor.description else []

    def analyze(self) -> None:
        """Refresh the planner's statistics of the tables written so far, after their load."""
        for identifier in sorted(self._written):
            self.query(f"analyze {qualified(identifier)}")
            self._index_batches(identifier)
            # a range of pages that the index doesn't know yet is read by every search
            index = f"{RAW_SCHEMA}.{_batch_index(identifier)}"
            self.query("select brin_summarize_new_values(to_regclass(%s))", [index])
        self._written.clear()

    def close(self) -> None:
        """Close the connection; an open transaction is lost."""
        self._connection.close()

    def _begin(self) -> None:
        self._fresh.clear()
        self.query("begin")
        # Two loads at once would both find a file new and load it twice. Readers don't wait.
        self.query("select pg_advisory_xact_lock(%s)", [LOADER_LOCK])

    def _rollback(self) -> None:
        self._fresh.clear()
        try:
            self.query("rollback")
        except psycopg2.Error as error:  # the server is gone, and the transaction with it
            logger.warning("no answer to the rollback: %s", " ".join(str(error).split()))

    def _copy(self, table: RawTable, batches: Iterator[pa.RecordBatch]) -> int:
        # In a table that this transaction truncated nobody sees a row before its end. So they can
        # be written as old rows at once, which the first reader needn't mark one by one, and
        # past the log; truncating an empty table gives a first load the same.
        if self._in_transaction and self.is_empty(table.identifier):
            self._keep_writers_out(table.identifier)
            if self.is_empty(table.identifier):  # still
                self._truncate(table.identifier)
        options = "format csv, freeze" if table.identifier in self._fresh else "format csv"
        statement = (
            f"copy {qualified(table.identifier)} ({column_list(table)}) from stdin with ({options})"
        )
        stream = _CsvStream(batches)
        try:
            with self._connection.cursor() as cursor:
                cursor.copy_expert(statement, stream)
                return int(cursor.rowcount)
        except psycopg2.Error as error:
            if stream.error is not None:
                raise stream.error from None
            if isinstance(error, psycopg2.DataError):
                message = " ".join(str(error).split())
                raise WarehouseError(f"{qualified(table.identifier)}: {message}") from error
            raise
        finally:
            stream.close()

    def _copy_parquet(self, table: RawTable, path: Path) -> int:
        with pq.ParquetFile(path) as file:
            batches = file.iter_batches(ROWS_PER_PARQUET_BATCH)
            return self._copy(table, (conform(table, batch) for batch in batches))

    def _keep_writers_out(self, identifier: str) -> None:
        self.query(f"lock table {qualified(identifier)} in share row exclusive mode")

    def _truncate(self, identifier: str) -> None:
        self.query(f"truncate {qualified(identifier)}")
        if self._in_transaction:
            self._fresh.add(identifier)
            # made anew after the load: that reads a table once, this would ask it row by row
            self.query(f"drop index if exists {RAW_SCHEMA}.{_batch_index(identifier)}")

    def _existing_columns(self) -> dict[str, tuple[Column, ...]]:
        rows = self.query(
            "select relname, attname, format_type(atttypid, atttypmod) from pg_attribute "
            "join pg_class on pg_class.oid = attrelid "
            "where relnamespace = %s::regnamespace and relkind in ('r', 'p') "
            "and attnum > 0 and not attisdropped order by relname, attnum",
            [RAW_SCHEMA],
        )
        found: dict[str, tuple[Column, ...]] = {}
        for table, column, data_type in rows:
            name = _CONTRACT_TYPES.get(data_type, data_type)
            found[table] = (*found.get(table, ()), Column(column, name))
        return found

    def _drop(self, identifier: str) -> None:
        """Drop the table, and the dbt views on it, which a column of another type can't keep."""
        self.query("savepoint before_drop")
        try:
            self.query(f"drop table {qualified(identifier)}")
        except psycopg2.errors.DependentObjectsStillExist as error:
            self.query("rollback to savepoint before_drop")
            logger.warning(
                "%s had to be dropped with all that depends on it; dbt build makes it again. %s",
                qualified(identifier),
                " ".join((error.diag.message_detail or "").split()),
            )
            self.query(f"drop table {qualified(identifier)} cascade")
        self.query("release savepoint before_drop")

    def _index_batches(self, identifier: str) -> None:
        """Rows are appended batch by batch, so a summary of each few pages is all it takes."""
        self.query(
            f"create index if not exists {_batch_index(identifier)} on {qualified(identifier)} "
            f"using brin ({BATCH_COLUMN}) with (pages_per_range = {PAGES_PER_RANGE})"
        )


class _CsvStream:
    """A file of CSV for COPY, written by a thread of its own while PostgreSQL reads.

    `error` is what the batches, or a key press, raised in the middle: psycopg2 reports only that
    reading failed.
    """

    def __init__(self, batches: Iterator[pa.RecordBatch]) -> None:
        """Start converting at once; at most BLOCKS_AHEAD blocks wait in memory."""
        self.error: BaseException | None = None
        self._blocks: queue.Queue[bytes | BaseException] = queue.Queue(BLOCKS_AHEAD)
        self._closed = threading.Event()
        self._thread = threading.Thread(target=self._convert, args=(batches,), daemon=True)
        self._thread.start()

    def read(self, _size: int = -1) -> bytes:
        """The next block, whatever its size; empty at the end."""
        try:
            block = self._blocks.get()
            if isinstance(block, BaseException):
                raise block
        except BaseException as error:
            self.error = error
            raise
        return block

    def readline(self, _limit: int = -1) -> bytes:
        """Not for use: psycopg2's types ask for it, its COPY never does."""
        raise NotImplementedError

    def close(self) -> None:
        """Stop the thread, also in the middle."""
        self._closed.set()
        while self._thread.is_alive():
            with contextlib.suppress(queue.Empty):
                self._blocks.get(timeout=0.05)

    def _convert(self, batches: Iterator[pa.RecordBatch]) -> None:
        try:
            for batch in batches:
                for start in range(0, batch.num_rows, ROWS_PER_BLOCK):
                    if self._closed.is_set():
                        return
                    self._blocks.put(_csv(batch.slice(start, ROWS_PER_BLOCK)))
            self._blocks.put(b"")
        except BaseException as error:
            self._blocks.put(error)


def _batch_index(identifier: str) -> str:
    return f'"{identifier}_batches"'


def _csv(batch: pa.RecordBatch) -> bytes:
    sink = pa.BufferOutputStream()
    pyarrow.csv.write_csv(batch, sink, _CSV)
    content: bytes = sink.getvalue().to_pybytes()
    return content


def _connect(settings: dict[str, Any]) -> psycopg2.extensions.connection:
    """Connect as dbt-postgres does, from the same settings."""
    options = {name: settings[name] for name in _OPTIONAL_SETTINGS if settings.get(name)}
    where = f"{settings.get('host')}:{settings.get('port')}"
    try:
        connection: psycopg2.extensions.connection = psycopg2.connect(
            host=settings.get("host"),
            port=settings.get("port"),
            user=settings.get("user"),
            password=settings.get("password", settings.get("pass")),
            dbname=settings.get("dbname", settings.get("database")),
            connect_timeout=settings.get("connect_timeout", 10),
            application_name="rcm_loader",
            **options,
        )
    except psycopg2.OperationalError as error:
        message = " ".join(str(error).split())
        raise WarehouseError(
            f"PostgreSQL doesn't answer at {where}: {message}. "
            "Start the project's own with: python -m scripts.postgres start"
        ) from error
    connection.autocommit = True
    connection.set_client_encoding("UTF8")
    with connection.cursor() as cursor:
        cursor.execute("set timezone = 'UTC'")
        cursor.execute("set datestyle = 'ISO, MDY'")
        if settings.get("role"):
            cursor.execute("select set_config('role', %s, false)", [settings["role"]])
    return connection
