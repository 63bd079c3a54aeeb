"""Schema raw of the warehouse, to write into: one small interface over PostgreSQL and DuckDB.

    with open_warehouse("dev") as warehouse:
        warehouse.ensure_raw_tables()
        with warehouse.transaction():
            warehouse.copy("billing_payers", batches)
            warehouse.register_batch(...)
        warehouse.analyze()

What is written inside `transaction()` arrives whole or not at all, so a load that is killed or
fails leaves the warehouse as it was and can be run again.
"""

import datetime as dt
import logging
from abc import ABC, abstractmethod
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Any, Self

import pyarrow as pa
import pyarrow.parquet as pq

from ingestion.contract import (
    RAW_SCHEMA,
    Column,
    ContractError,
    RawTable,
    arrow_schema,
    create_table_sql,
    load_contract,
)
from ingestion.dbt_profile import read_target

BATCH_COLUMN = "_batch_id"
GENERATED_KIND = "generated"
LOADED, REFUSED = "loaded", "refused"

REGISTRY = f"{RAW_SCHEMA}.load_batches"
_CREATE_REGISTRY = f"""
create table if not exists {REGISTRY} (
    batch_id text primary key,
    kind text not null,
    file_name text,
    sha256 text,
    status text not null,
    reason text,
    row_count bigint,
    loaded_at timestamp not null
)"""

logger = logging.getLogger(__name__)


class WarehouseError(Exception):
    """The warehouse can't be reached or refuses; the message says where and what to do."""


@dataclass(frozen=True)
class RegisteredBatch:
    """One row of raw.load_batches; `status` is LOADED or REFUSED."""

    status: str
    file_name: str | None
    reason: str | None


class Warehouse(ABC):
    """An open connection to one dbt target, able to write schema raw.

    Not for use from several threads. Two loaders of one PostgreSQL database wait for each other
    inside `transaction()`.
    """

    def __init__(self, contract: dict[str, RawTable]) -> None:
        """`contract` is load_contract()'s; subclasses connect."""
        self.contract = contract
        self._in_transaction = False
        self._written: set[str] = set()

    def __enter__(self) -> Self:
        """The warehouse, to be closed at the end of the block."""
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Close it."""
        self.close()

    @contextmanager
    def transaction(self) -> Iterator[None]:
        """All that is written inside becomes visible at the end, or nothing does if it raises.

        Raises WarehouseError when a transaction is open already.
        """
        if self._in_transaction:
            raise WarehouseError("a transaction is open already; they don't nest")
        self._begin()
        self._in_transaction = True
        try:
            yield
            self.query("commit")
        except BaseException:
            self._rollback()
            raise
        finally:
            self._in_transaction = False

    def ensure_raw_tables(self) -> None:
        """Create schema raw, the registry and every table of the contract that is missing.

        Where the engine has use for it, a small index finds the rows of a batch in each table.

        A table that merely lacks columns gets them, whatever it holds. One that differs otherwise
        is made anew if it is empty or holds nothing but generated rows, which can be had again;
        dbt views on it go too if they stand in the way, and the next `dbt build` brings them back.
        Raises WarehouseError, naming the differences, when such a table holds real rows.
        """
        if not self._in_transaction:
            with self.transaction():
                self.ensure_raw_tables()
            return
        self.query(f"create schema if not exists {RAW_SCHEMA}")
        self.query(_CREATE_REGISTRY)
        existing = self._existing_columns()
        for table in self.contract.values():
            if table.identifier not in existing:
                self.query(create_table_sql(table))
            else:
                self._reconcile(table, existing[table.identifier])
            self._index_batches(table.identifier)

    def copy(self, table: str, record_batches: Iterable[pa.RecordBatch]) -> int:
        """Append Arrow record batches to a raw table, streamed; the number of rows written.

        A batch has the contract's columns, in any order, of types that cast to the contract's
        without loss. Raises ContractError when it hasn't, and whatever the iterable raises;
        nothing of the call is then kept.
        """
        contract = self._table(table)
        rows = self._copy(contract, (conform(contract, batch) for batch in record_batches))
        self._written.add(table)
        return rows

    def copy_parquet(self, table: str, path: Path | str) -> int:
        """Append a Parquet file to a raw table; the number of rows written.

        Columns and errors as in `copy`.
        """
        contract = self._table(table)
        check_names(contract, pq.read_schema(path).names)
        rows = self._copy_parquet(contract, Path(path))
        self._written.add(table)
        return rows

    def delete_batches(self, prefix: str) -> None:
        """Remove every row, and every registration, of the batches whose id starts with `prefix`.

        A table that holds nothing else is truncated, which costs no time and keeps the dbt views
        on top. Rows without a batch id are never touched.
        """
        if not prefix:
            raise ValueError("prefix is empty, which would remove everything")
        if not self._in_transaction:
            with self.transaction():
                self.delete_batches(prefix)
            return
        for table in self.contract.values():
            name = qualified(table.identifier)
            self._keep_writers_out(table.identifier)  # or truncate takes what they add meanwhile
            others = f"{BATCH_COLUMN} is null or not starts_with({BATCH_COLUMN}, %s)"
            if self.query(f"select 1 from {name} where {others} limit 1", [prefix]):
                self.query(f"delete from {name} where starts_with({BATCH_COLUMN}, %s)", [prefix])
            elif not self.is_empty(table.identifier):
                self._truncate(table.identifier)
        self.query(f"delete from {REGISTRY} where starts_with(batch_id, %s)", [prefix])

    def find_batch(self, batch_id: str) -> RegisteredBatch | None:
        """What raw.load_batches says of a batch; None when it was never seen."""
        rows = self.query(
            f"select status, file_name, reason from {REGISTRY} where batch_id = %s", [batch_id]
        )
        return RegisteredBatch(*rows[0]) if rows else None

    def batch_is_loaded(self, batch_id: str) -> bool:
        """Whether the rows of this batch are in the warehouse."""
        batch = self.find_batch(batch_id)
        return batch is not None and batch.status == LOADED

    def batch_ids(self, prefix: str) -> list[str]:
        """Ids of the batches that start with `prefix` and whose rows are in the warehouse."""
        rows = self.query(
            f"select batch_id from {REGISTRY} where starts_with(batch_id, %s) and status = %s "
            "order by batch_id",
            [prefix, LOADED],
        )
        return [str(batch_id) for (batch_id,) in rows]

    def register_batch(
        self,
        batch_id: str,
        kind: str,
        file_name: str | None,
        sha256: str | None,
        status: str,
        reason: str | None,
        row_count: int,
        loaded_at: dt.datetime,
    ) -> None:
        """Record one batch in raw.load_batches, replacing what was recorded under its id.

        `status` is LOADED or REFUSED; a refusal needs a `reason`. `kind` is GENERATED_KIND for
        simulated rows, which ensure_raw_tables may throw away, and anything else for real ones.
        `loaded_at` is naive, in the same clock as the rows' _loaded_at.
        """
        if status not in (LOADED, REFUSED):
            raise ValueError(f"status is {status!r}, not {LOADED!r} or {REFUSED!r}")
        if status == REFUSED and not reason:
            raise ValueError("a refused batch needs a reason")
        values = [batch_id, kind, file_name, sha256, status, reason, row_count, loaded_at]
        columns = [
            "batch_id", "kind", "file_name", "sha256", "status", "reason", "row_count", "loaded_at",
        ]  # fmt: skip
        updates = ", ".join(f"{name} = excluded.{name}" for name in columns[1:])
        marks = ", ".join(["%s"] * len(columns))
        self.query(
            f"insert into {REGISTRY} ({', '.join(columns)}) values ({marks}) "
            f"on conflict (batch_id) do update set {updates}",
            values,
        )

    def is_empty(self, table: str) -> bool:
        """Whether a raw table holds no row."""
        return not self.query(f"select 1 from {qualified(table)} limit 1")

    @abstractmethod
    def query(self, statement: str, values: Sequence[Any] = ()) -> list[tuple[Any, ...]]:
        """Run one statement, with %s for each value, and return its rows if it has any."""

    @abstractmethod
    def analyze(self) -> None:
        """Refresh the planner's statistics of the tables written so far, after their load."""

    @abstractmethod
    def close(self) -> None:
        """Close the connection; an open transaction is lost."""

    @abstractmethod
    def _begin(self) -> None: ...

    @abstractmethod
    def _rollback(self) -> None: ...

    @abstractmethod
    def _copy(self, table: RawTable, batches: Iterator[pa.RecordBatch]) -> int: ...

    @abstractmethod
    def _copy_parquet(self, table: RawTable, path: Path) -> int: ...

    @abstractmethod
    def _keep_writers_out(self, identifier: str) -> None:
        """Let nobody else write the table until the transaction ends; readers go on."""

    @abstractmethod
    def _truncate(self, identifier: str) -> None: ...

    @abstractmethod
    def _existing_columns(self) -> dict[str, tuple[Column, ...]]:
        """Columns of every table in schema raw, with types spelled as in the contract."""

    @abstractmethod
    def _drop(self, identifier: str) -> None: ...

    @abstractmethod
    def _index_batches(self, identifier: str) -> None:
        """Let a nightly run find the rows of a new batch without reading the older ones."""

    def _table(self, identifier: str) -> RawTable:
        if identifier not in self.contract:
            raise ContractError(f"the raw contract has no table {identifier}")
        return self.contract[identifier]

    def _reconcile(self, table: RawTable, existing: tuple[Column, ...]) -> None:
        wanted = {column.name: column.data_type for column in table.columns}
        found = {column.name: column.data_type for column in existing}
        unexpected = [
            f"{name} {data_type}" + (f" (contract: {wanted[name]})" if name in wanted else "")
            for name, data_type in found.items()
            if wanted.get(name) != data_type
        ]
        name = qualified(table.identifier)
        if not unexpected:
            for column in table.columns:
                if column.name not in found:
                    self.query(f'alter table {name} add column "{column.name}" {column.data_type}')
            return
        if not self._is_disposable(table.identifier, BATCH_COLUMN in found):
            raise WarehouseError(
                f"{name} differs from the contract in {', '.join(unexpected)} and holds real rows; "
                "move them to another table, or alter this one, then load again"
            )
        logger.info("%s differs from the contract: made anew", name)
        self._drop(table.identifier)
        self.query(create_table_sql(table))

    def _is_disposable(self, identifier: str, has_batches: bool) -> bool:
        """Whether nothing is lost by dropping the table: no rows, or generated ones only."""
        if not has_batches:
            return self.is_empty(identifier)
        real = self.query(
            f"select 1 from {qualified(identifier)} as rows_held where not exists ("
            f"select 1 from {REGISTRY} as batches "
            f"where batches.batch_id = rows_held.{BATCH_COLUMN} and batches.kind = %s) limit 1",
            [GENERATED_KIND],
        )
        return not real


def open_warehouse(target: str = "dev") -> Warehouse:
    """Connect to a target of the dbt profile, of type postgres or duckdb; close it after use.

    Raises ProfileError when the profile lacks the target, WarehouseError when nothing answers.
    """
    settings = read_target(target)
    contract = load_contract()
    match settings.get("type"):
        case "postgres":
            from ingestion.postgres_engine import PostgresWarehouse

            return PostgresWarehouse(contract, settings)
        case "duckdb":
            from ingestion.duckdb_engine import DuckDBWarehouse

            return DuckDBWarehouse(contract, settings)
        case other:
            raise WarehouseError(
                f"target {target} is of type {other}; the loader writes to postgres and duckdb"
            )


def qualified(identifier: str) -> str:
    """A raw table's name as SQL."""
    return f'{RAW_SCHEMA}."{identifier}"'


def column_list(table: RawTable) -> str:
    """The table's columns as SQL, in the contract's order."""
    return ", ".join(f'"{name}"' for name in table.column_names)


def check_names(table: RawTable, names: Sequence[str]) -> None:
    """Raise ContractError unless `names` are the table's columns, in any order."""
    missing = [name for name in table.column_names if name not in names]
    surplus = [name for name in names if name not in table.column_names]
    problems = [
        f"{what} {', '.join(columns)}"
        for what, columns in (("lacks", missing), ("has unknown", surplus))
        if columns
    ]
    if problems:
        raise ContractError(f"data for {table.identifier} {' and '.join(problems)}")


def conform(table: RawTable, batch: pa.RecordBatch) -> pa.RecordBatch:
    """The batch with exactly the contract's columns, order and types.

    Raises ContractError when a column is missing or unknown, or a value doesn't fit.
    """
    schema = arrow_schema(table)
    if batch.schema.equals(schema):
        return batch
    check_names(table, batch.schema.names)
    columns = []
    for field in schema:
        try:
            columns.append(batch.column(field.name).cast(field.type))
        except pa.ArrowInvalid as error:
            raise ContractError(f"{table.identifier}.{field.name}: {error}") from error
    return pa.record_batch(columns, schema=schema)
