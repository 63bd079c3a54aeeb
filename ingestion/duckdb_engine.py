"""The warehouse in a DuckDB file."""

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import duckdb
import pyarrow as pa

from ingestion.contract import RAW_SCHEMA, Column, RawTable, arrow_schema
from ingestion.warehouse import Warehouse, WarehouseError, column_list, qualified

_CONTRACT_TYPES = {"varchar": "text"}


class DuckDBWarehouse(Warehouse):
    """One DuckDB file, which only one process at a time may write."""

    def __init__(self, contract: dict[str, RawTable], settings: dict[str, Any]) -> None:
        """Open the file, making it and its folder if need be; raises WarehouseError."""
        super().__init__(contract)
        path = str(settings.get("path") or ":memory:")
        if path != ":memory:":
            Path(path).parent.mkdir(parents=True, exist_ok=True)
        try:
            self._connection = duckdb.connect(path)
        except duckdb.Error as error:
            raise WarehouseError(
                f"DuckDB can't open {path}: {error}. If another program has it open, close that."
            ) from error
        self._connection.execute("set timezone = 'UTC'")

    def query(self, statement: str, values: Sequence[Any] = ()) -> list[tuple[Any, ...]]:
        """Run one statement, with %s for each value, and return its rows if it has any."""
        return self._connection.execute(statement.replace("%s", "?"), list(values)).fetchall()

    def analyze(self) -> None:
        """Write the log into the file; DuckDB keeps its statistics by itself."""
        self.query("checkpoint")
        self._written.clear()

    def close(self) -> None:
        """Close the file; an open transaction is lost."""
        self._connection.close()

    def _begin(self) -> None:
        self.query("begin")

    def _rollback(self) -> None:
        try:
            self.query("rollback")
        except duckdb.TransactionException:
            return  # a failed commit has rolled back by itself

    def _copy(self, table: RawTable, batches: Iterator[pa.RecordBatch]) -> int:
        raised: list[BaseException] = []

        def watched() -> Iterator[pa.RecordBatch]:
            try:
                yield from batches
            except GeneratorExit:
                raise
            except BaseException as error:
                raised.append(error)
                raise

        reader = pa.RecordBatchReader.from_batches(arrow_schema(table), watched())
        self._connection.register("incoming", reader)
        try:
            return self._insert(table, "incoming", [])
        except duckdb.Error:
            if raised:
                raise raised[0] from None  # DuckDB reports only that reading failed
            raise
        finally:
            self._connection.unregister("incoming")

    def _copy_parquet(self, table: RawTable, path: Path) -> int:
        return self._insert(table, "read_parquet(?)", [str(path)])

    def _insert(self, table: RawTable, relation: str, values: list[Any]) -> int:
        columns = column_list(table)
        rows = self.query(
            f"insert into {qualified(table.identifier)} ({columns}) "
            f"select {columns} from {relation}",
            values,
        )
        return int(rows[0][0])

    def _keep_writers_out(self, identifier: str) -> None:
        """Nothing to do: the file has one writing process, and that has one connection."""

    def _truncate(self, identifier: str) -> None:
        self.query(f"truncate {qualified(identifier)}")

    def _existing_columns(self) -> dict[str, tuple[Column, ...]]:
        rows = self.query(
            "select table_name, column_name, lower(data_type) from information_schema.columns "
            "where table_catalog = current_database() and table_schema = %s "
            "order by table_name, ordinal_position",
            [RAW_SCHEMA],
        )
        found: dict[str, tuple[Column, ...]] = {}
        for table, column, data_type in rows:
            name = _CONTRACT_TYPES.get(data_type, data_type.replace("decimal", "numeric"))
            found[table] = (*found.get(table, ()), Column(column, name))
        return found

    def _drop(self, identifier: str) -> None:
        self.query(f"drop table {qualified(identifier)}")

    def _index_batches(self, identifier: str) -> None:
        """Nothing to do: DuckDB knows the least and the greatest batch of each row group."""
