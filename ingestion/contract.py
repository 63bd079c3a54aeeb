"""The raw contract: what every raw table holds, read from the one place that defines it.

That place is the YAML of the dbt sources (models/staging/<source>/_<source>__sources.yml), so that
dbt's tests, the generator, the loader and the 835 reader can't disagree about a column.
"""

import re
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import pyarrow as pa
import yaml

ROOT = Path(__file__).resolve().parents[1]
RAW_SCHEMA = "raw"
SOURCES_PATTERN = "models/staging/*/_*__sources.yml"

_NUMERIC = re.compile(r"numeric\((\d+),\s*(\d+)\)")
_ARROW_TYPES: dict[str, pa.DataType] = {
    "text": pa.string(),
    "integer": pa.int32(),
    "bigint": pa.int64(),
    "date": pa.date32(),
    "boolean": pa.bool_(),
    "timestamp": pa.timestamp("us"),
}


class ContractError(Exception):
    """The sources' YAML, or data that should follow it, breaks the raw contract."""


@dataclass(frozen=True)
class Column:
    """One column; `data_type` is written so that PostgreSQL and DuckDB both read it."""

    name: str
    data_type: str


@dataclass(frozen=True)
class RawTable:
    """One table of schema raw; `identifier` is its name there, `source` the dbt source's name."""

    identifier: str
    source: str
    columns: tuple[Column, ...]

    @property
    def column_names(self) -> tuple[str, ...]:
        """Names of the columns in the contract's order."""
        return tuple(column.name for column in self.columns)


def load_contract(root: Path | None = None) -> dict[str, RawTable]:
    """Every raw table by its identifier, in the order of the YAML files and within them.

    `root` is the folder of dbt_project.yml, by default this repo's. The files are read once per
    process. Raises ContractError when there is none, or one of them is not a valid contract.
    """
    return dict(_load((root or ROOT).resolve()))


def arrow_type(data_type: str) -> pa.DataType:
    """The Arrow type of a contract type: numeric(p,s) becomes decimal128(p, s), and so on.

    Raises ContractError for a type that the contract doesn't know.
    """
    numeric = _NUMERIC.fullmatch(data_type)
    if numeric:
        return pa.decimal128(int(numeric[1]), int(numeric[2]))
    if data_type not in _ARROW_TYPES:
        allowed = ", ".join([*_ARROW_TYPES, "numeric(precision,scale)"])
        raise ContractError(f"data_type {data_type!r} is unknown; use one of {allowed}")
    return _ARROW_TYPES[data_type]


def arrow_schema(table: RawTable) -> pa.Schema:
    """The Arrow schema of a raw table, columns in the contract's order, all nullable."""
    return pa.schema([pa.field(item.name, arrow_type(item.data_type)) for item in table.columns])


def create_table_sql(table: RawTable) -> str:
    """The statement that makes the table; PostgreSQL and DuckDB both take it.

    Raw takes what it is given, so there are no constraints: dbt's source tests report.
    """
    columns = ",\n".join(f'    "{item.name}" {item.data_type}' for item in table.columns)
    return f'create table {RAW_SCHEMA}."{table.identifier}" (\n{columns}\n)'


@cache
def _load(root: Path) -> dict[str, RawTable]:
    paths = sorted(root.glob(SOURCES_PATTERN))
    if not paths:
        raise ContractError(f"{root} has no {SOURCES_PATTERN}; is it the root of the project?")
    tables: dict[str, RawTable] = {}
    for path in paths:
        try:
            found = _tables_of(yaml.safe_load(path.read_text(encoding="utf-8")))
        except (yaml.YAMLError, KeyError, TypeError, ContractError) as error:
            raise ContractError(f"{path.relative_to(root)}: {_explain(error)}") from error
        for table in found:
            if table.identifier in tables:
                raise ContractError(
                    f"{path.relative_to(root)}: a second table has identifier {table.identifier}"
                )
            tables[table.identifier] = table
    return tables


def _tables_of(document: Any) -> list[RawTable]:
    found = []
    for source in document["sources"]:
        if source.get("schema", RAW_SCHEMA) != RAW_SCHEMA or _is_registry(source):
            continue
        for entry in source["tables"]:
            columns = tuple(Column(item["name"], item["data_type"]) for item in entry["columns"])
            table = RawTable(entry.get("identifier", entry["name"]), source["name"], columns)
            _check(table)
            found.append(table)
    return found


def _is_registry(source: Any) -> bool:
    """Whether the source is the loaders' own book rather than anybody's data."""
    meta = source.get("config", {}).get("meta", {})
    return bool(meta.get("is_registry", False))


def _check(table: RawTable) -> None:
    for column in table.columns:
        try:
            arrow_type(column.data_type)
        except ContractError as error:
            raise ContractError(f"{table.identifier}.{column.name}: {error}") from None
    repeated = {name for name in table.column_names if table.column_names.count(name) > 1}
    if repeated:
        raise ContractError(f"{table.identifier} has {', '.join(sorted(repeated))} twice")


def _explain(error: Exception) -> str:
    return f"lacks {error}" if isinstance(error, KeyError) else str(error)
